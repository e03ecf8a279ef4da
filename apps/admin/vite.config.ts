import { appConfig } from '@atelier/web-kit/vite';

export default appConfig();
