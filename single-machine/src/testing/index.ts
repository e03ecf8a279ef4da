export { freePort } from '../free-port.ts';
export { startTestDatabase, type TestDatabase } from './test-database.ts';
