import { randomBytes } from 'node:crypto';
import type {
  CreateAppCommandInput,
  CreateAppCommandOutput,
  DeleteAppCommandInput,
  DescribeAppCommandInput,
  DescribeAppCommandOutput,
  ListAppsCommandInput,
  ListAppsCommandOutput,
} from '@aws-sdk/client-sagemaker';
import { v7 as uuidv7 } from 'uuid';
import { limitsOf } from '../../sagemaker/instance-sizes.ts';
import { validationError } from '../../wire/errors.ts';
import { type AnyOperation, type OperationContext, operation } from '../../wire/operation.ts';
import { DEFAULT_INSTANCE_TYPE } from '../app-runner.ts';
import type { AppKey, AppStore } from '../app-store.ts';
import type { SpacesLimits } from '../deps.ts';
import { resourceNotFound } from '../errors.ts';
import { appArn, checkResourceName } from '../names.ts';
import type { Revocation } from '../revocation.ts';
import type { Settler } from '../settle.ts';
import type { SpaceStore } from '../space-store.ts';
import { pageOf } from './page.ts';

type Answer<Output> = Omit<Output, '$metadata'>;
type Who = Pick<OperationContext, 'caller' | 'region'>;

interface AppInput {
  readonly DomainId?: string | undefined;
  readonly SpaceName?: string | undefined;
  readonly UserProfileName?: string | undefined;
  readonly AppType?: string | undefined;
  readonly AppName?: string | undefined;
}

const arnOf = (input: AppInput, { caller, region }: Who): string =>
  appArn(
    { accountId: caller.accountId, region },
    input.DomainId ?? '',
    input.SpaceName ?? '',
    input.AppName ?? '',
  );

const access = (action: string, input: AppInput, who: Who) => [
  { action: `sagemaker:${action}`, resource: arnOf(input, who) },
];

const keyOf = (input: AppInput, { caller }: Who): AppKey => {
  if (input.AppType !== 'JupyterLab') {
    throw validationError(`AppType ${input.AppType} is not available here, only JupyterLab.`);
  }
  if (input.SpaceName === undefined) {
    throw validationError(
      'An app belongs to a space here: set SpaceName instead of UserProfileName.',
    );
  }
  return {
    accountId: caller.accountId,
    domainId: input.DomainId ?? '',
    spaceName: input.SpaceName,
    name: checkResourceName('appName', input.AppName),
  };
};

export const appOperations = (deps: {
  readonly spaces: SpaceStore;
  readonly apps: AppStore;
  readonly settler: Settler;
  readonly revocation: Revocation;
  readonly limits: SpacesLimits;
}): readonly AnyOperation[] => {
  const { spaces, apps, settler, limits } = deps;
  return [
    operation<CreateAppCommandInput, Answer<CreateAppCommandOutput>>({
      name: 'CreateApp',
      access: (input, who) => access('CreateApp', input, who),
      async handle(input, who) {
        const key = keyOf(input, who);
        limitsOf(input.ResourceSpec?.InstanceType ?? DEFAULT_INSTANCE_TYPE);
        const space = await spaces.get(key.accountId, key.domainId, key.spaceName);
        if (space.status !== 'InService') {
          throw validationError(`Space [${space.name}] is not InService but ${space.status}.`);
        }
        const startId = uuidv7();
        await apps.insert(
          {
            ...key,
            spaceName: space.name,
            startId,
            ownerProfile: space.ownerProfile,
            settings: input,
            token: randomBytes(32).toString('hex'),
            credentialsToken: randomBytes(32).toString('hex'),
          },
          limits.appsPerAccount,
        );
        void settler.app({ startId, status: 'Pending' });
        return { AppArn: arnOf(input, who) };
      },
    }),
    operation<DescribeAppCommandInput, Answer<DescribeAppCommandOutput>>({
      name: 'DescribeApp',
      access: (input, who) => access('DescribeApp', input, who),
      async handle(input, who) {
        const app = await apps.get(keyOf(input, who));
        return {
          AppArn: arnOf(input, who),
          AppType: 'JupyterLab',
          AppName: app.name,
          DomainId: app.domainId,
          SpaceName: app.spaceName,
          Status: app.status,
          CreationTime: app.createdAt,
          ...(app.failureReason === null ? {} : { FailureReason: app.failureReason }),
          ...(app.lastActivityAt === null ? {} : { LastUserActivityTimestamp: app.lastActivityAt }),
          ResourceSpec: { InstanceType: DEFAULT_INSTANCE_TYPE, ...app.settings.ResourceSpec },
        };
      },
    }),
    operation<ListAppsCommandInput, Answer<ListAppsCommandOutput>>({
      name: 'ListApps',
      access: (input, who) =>
        access(
          'ListApps',
          { DomainId: input.DomainIdEquals ?? '*', SpaceName: '*', AppName: '*' },
          who,
        ),
      async handle(input, who) {
        const found = await apps.list({
          accountId: who.caller.accountId,
          domainId: input.DomainIdEquals,
          spaceName: input.SpaceNameEquals,
        });
        const { items, ...rest } = pageOf(found, input);
        return {
          Apps: items.map((app) => ({
            DomainId: app.domainId,
            SpaceName: app.spaceName,
            AppType: 'JupyterLab' as const,
            AppName: app.name,
            Status: app.status,
            CreationTime: app.createdAt,
            ResourceSpec: { InstanceType: DEFAULT_INSTANCE_TYPE, ...app.settings.ResourceSpec },
          })),
          ...rest,
        };
      },
    }),
    operation<DeleteAppCommandInput, Record<string, never>>({
      name: 'DeleteApp',
      access: (input, who) => access('DeleteApp', input, who),
      async handle(input, who) {
        const app = await apps.get(keyOf(input, who));
        if (app.status === 'Deleted') throw resourceNotFound(`App [${app.name}]`);
        await deps.revocation.app(app);
        return {};
      },
    }),
  ];
};
