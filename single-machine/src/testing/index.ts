export { freePort } from '../free-port.ts';
export { placesOf } from './places-of.ts';
export { superuserUrl } from './superuser-url.ts';
export { startTestDatabase, type TestDatabase } from './test-database.ts';
