import { brokerRoleArn } from '@atelier/account-baseline';
import type { UserDirectory } from '@atelier/cloud/ports';
import * as customerManagement from '@atelier/customer-management';
import * as dataManagement from '@atelier/data-management';
import {
  createEmbeddedUserDirectory,
  createIdentityProvider,
  identityProviderMigrations,
  openSigningKeys,
} from '@atelier/identity-provider';
import * as registration from '@atelier/registration';
import { createAssumedCredentials, createSmtpMailer, type Mailer } from '@atelier/service-kit';
import * as tenantManagement from '@atelier/tenant-management';
import * as userManagement from '@atelier/user-management';
import * as workbenchManagement from '@atelier/workbench-management';
import { IAMClient } from '@aws-sdk/client-iam';
import { loginOf } from '../databases/logins.ts';
import { createMailApp } from '../mail/app.ts';
import { createMailStore } from '../mail/mail-store.ts';
import { startSmtpCatcher } from '../mail/smtp-catcher.ts';
import { WORKBENCH_AUDIENCE, WORKBENCH_UNIT } from './cloud-names.ts';
import { ensureFirstOperator } from './first-operator.ts';
import { type Hosted, host } from './hosted.ts';
import type { Platform } from './platform.ts';
import { accountOf, cloudAddressOf, serviceDepsOf } from './service-deps.ts';
import { webClientsOf } from './web-clients.ts';

/** Mail is caught from the start, since services may send some while they start. */
async function composeMail({ instance }: Platform): Promise<Hosted> {
  const store = createMailStore({ folder: instance.path('mail') });
  const catcher = await startSmtpCatcher({ store, port: instance.portOf('smtp') });
  const app = createMailApp({ store });
  return host('mail', app, async () => {
    await app.close();
    await catcher.stop();
  });
}

async function composeIdentityProvider(platform: Platform): Promise<Hosted> {
  const { instance, secrets, connections } = platform;
  await connections.migrate('identity-provider', identityProviderMigrations);
  const { app, close } = createIdentityProvider({
    pool: connections.poolOf(loginOf('identity-provider', 'app'), { schema: 'identity-provider' }),
    issuer: instance.addresses.identity,
    apiAudience: instance.addresses.api,
    clients: webClientsOf(instance, secrets),
    signingKeys: await openSigningKeys(instance.path('secrets', 'identity-provider.json')),
    cookieSecret: secrets.secretFor('identity-provider/cookies'),
  });
  return host('identity-provider', app, close);
}

async function composeTenantManagement(platform: Platform): Promise<Hosted> {
  const { app, close } = tenantManagement.createApp(
    await serviceDepsOf(platform, 'tenant-management', {
      migrations: tenantManagement.MIGRATIONS,
      actsInAccounts: false,
    }),
  );
  return host('tenant-management', app, close);
}

function userDirectoryOf({ instance, connections }: Platform): UserDirectory {
  return createEmbeddedUserDirectory({
    pool: connections.poolOf(loginOf('identity-provider', 'app'), {
      schema: 'identity-provider',
      max: 3,
    }),
    issuer: instance.addresses.identity,
  });
}

function mailerOf({ instance }: Platform): Mailer {
  return createSmtpMailer({
    smtpUrl: `smtp://127.0.0.1:${instance.portOf('smtp')}`,
    from: 'Atelier <no-reply@atelier.localhost>',
  });
}

async function composeUserManagement(platform: Platform): Promise<Hosted> {
  const { addresses } = platform.instance;
  const userDirectory = userDirectoryOf(platform);
  const { app, runtime, close } = userManagement.createApp({
    ...(await serviceDepsOf(platform, 'user-management', {
      migrations: userManagement.MIGRATIONS,
      actsInAccounts: false,
    })),
    mail: mailerOf(platform),
    userDirectory,
    landingUrl: addresses.landing,
  });
  await ensureFirstOperator({ platform, runtime, userDirectory });
  return host('user-management', app, close);
}

async function composeRegistration(platform: Platform): Promise<Hosted> {
  const { addresses } = platform.instance;
  const aws = await platform.awsConfigOf('registration');
  const { app, close } = registration.createApp({
    ...(await serviceDepsOf(platform, 'registration', {
      migrations: registration.MIGRATIONS,
      actsInAccounts: false,
    })),
    mail: mailerOf(platform),
    userDirectory: userDirectoryOf(platform),
    tenantRoles: registration.createTenantRoles({
      iam: new IAMClient(aws),
      providerAccountId: await accountOf(aws),
    }),
    landingUrl: addresses.landing,
    crmUrl: addresses.crm,
  });
  return host('registration', app, close);
}

async function composeCustomerManagement(platform: Platform): Promise<Hosted> {
  const { app, close } = customerManagement.createApp({
    ...(await serviceDepsOf(platform, 'customer-management', {
      migrations: customerManagement.MIGRATIONS,
      mounted: customerManagement.MOUNTED,
      actsInAccounts: true,
    })),
    address: cloudAddressOf(platform),
  });
  return host('customer-management', app, close);
}

async function composeDataManagement(platform: Platform): Promise<Hosted> {
  const { app, close } = dataManagement.createApp({
    ...(await serviceDepsOf(platform, 'data-management', {
      migrations: dataManagement.MIGRATIONS,
      actsInAccounts: false,
    })),
    secrets: platform.secretStore,
    replica: platform.replica,
  });
  return host('data-management', app, close);
}

async function composeWorkbenchManagement(platform: Platform): Promise<Hosted> {
  const aws = await platform.awsConfigOf('workbench-management');
  const managementAccountId = await accountOf(await platform.awsConfigOf('studio-operator'));
  const address = cloudAddressOf(platform);
  const { app, close } = workbenchManagement.createApp({
    ...(await serviceDepsOf(platform, 'workbench-management', {
      migrations: workbenchManagement.MIGRATIONS,
      actsInAccounts: true,
    })),
    address,
    clouds: workbenchManagement.createCloudClients({
      address,
      ownCredentials: async () => aws.credentials,
      brokerCredentials: createAssumedCredentials({
        sts: aws,
        roleArn: brokerRoleArn(managementAccountId),
        sessionName: 'workbench-management',
      }),
    }),
    providerAccountId: await accountOf(aws),
    organizationalUnit: WORKBENCH_UNIT,
    accountMailbox: 'accounts@xyz.example',
    identityAudience: WORKBENCH_AUDIENCE,
  });
  return host('workbench-management', app, close);
}

/** Mail is caught and people can be made before anybody needs it; the services themselves need nobody to start. */
export async function composeServices(platform: Platform): Promise<Hosted[]> {
  const first = [await composeMail(platform), await composeIdentityProvider(platform)];
  const services = await Promise.all(
    [
      composeTenantManagement,
      composeUserManagement,
      composeRegistration,
      composeCustomerManagement,
      composeDataManagement,
      composeWorkbenchManagement,
    ].map((compose) => compose(platform)),
  );
  return [...first, ...services];
}
