import '@atelier/web-kit/styles';
import { startWebApp } from '@atelier/web-kit';
import { adminMessages } from './messages.ts';
import { routeTree } from './routes.tsx';

startWebApp({ routeTree, messages: { admin: adminMessages } });
