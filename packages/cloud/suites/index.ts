export * from './event-bus-suite.ts';
export * from './extractor-suite.ts';
export * from './queue-suite.ts';
export * from './secret-store-suite.ts';
export * from './state-store-suite.ts';
export * from './user-directory-suite.ts';
