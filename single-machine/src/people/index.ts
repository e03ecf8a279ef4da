export { createCookieJar } from './cookie-jar.ts';
export { loopbackFetch } from './loopback-fetch.ts';
export { readMail } from './read-mail.ts';
export { anonymous, type Caller, type SignedIn, signIn, withApiKey } from './sign-in.ts';
