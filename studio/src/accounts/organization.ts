/** The organisation's fixed shape: a root and a unit for each kind of account. */
export const organization = {
  id: 'o-atelier001',
  rootId: 'r-ate1',
  units: {
    root: { id: 'r-ate1', name: 'Root' },
    security: { id: 'ou-ate1-security', name: 'Security' },
    platform: { id: 'ou-ate1-platform', name: 'Platform' },
    workbenches: { id: 'ou-ate1-workbnch', name: 'Workbenches' },
    suspended: { id: 'ou-ate1-suspended', name: 'Suspended' },
  },
} as const;

export type OrganizationalUnit = (typeof organization.units)[keyof typeof organization.units];

export const findUnit = (id: string): OrganizationalUnit | null =>
  Object.values(organization.units).find((unit) => unit.id === id) ?? null;
