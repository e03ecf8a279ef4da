/** What each feature says, loaded with its first page. */
export const featureMessages = {
  imports: async () => (await import('./features/imports/messages.ts')).importsMessages,
  data: async () => (await import('./features/data/messages.ts')).dataMessages,
  workbench: async () => (await import('./features/workbench/messages.ts')).workbenchMessages,
  models: async () => (await import('./features/models/messages.ts')).modelsMessages,
  settings: async () => (await import('./features/settings/messages.ts')).settingsMessages,
} as const;

export type Feature = keyof typeof featureMessages;
export type FeatureMessages = {
  readonly [Name in Feature]: Awaited<ReturnType<(typeof featureMessages)[Name]>>;
};
