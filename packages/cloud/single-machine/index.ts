export type { Credentials, ReplicaPlace, S3Place } from './extract/messages.ts';
export * from './file-secret-store.ts';
export * from './migrations.ts';
export * from './postgres-event-bus.ts';
export * from './postgres-extractor.ts';
export * from './postgres-queue.ts';
export * from './postgres-state-store.ts';
