import '@atelier/web-kit/styles';
import { startWebApp } from '@atelier/web-kit';
import { crmMessages } from './messages.ts';
import { routeTree } from './routes.tsx';

startWebApp({ routeTree, messages: { crm: crmMessages } });
