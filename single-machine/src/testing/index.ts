export { freePort } from '../free-port.ts';
export { superuserUrl } from './superuser-url.ts';
export { startTestDatabase, type TestDatabase } from './test-database.ts';
