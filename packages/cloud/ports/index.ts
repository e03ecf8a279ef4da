export * from './errors.ts';
export * from './event-bus.ts';
export * from './extractor.ts';
export * from './object-destination.ts';
export * from './queue.ts';
export * from './secret-store.ts';
export * from './state-store.ts';
export * from './user-directory.ts';
