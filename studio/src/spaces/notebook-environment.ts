import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from './app-store.ts';
import { appArn, type Place } from './names.ts';

/** Loopback ports on which a container reaches Studio's and the front-door's sockets. */
const STUDIO_URL = 'http://127.0.0.1:4566';
const FRONT_DOOR_URL = 'http://127.0.0.1:4567';

/** Path on Studio's socket that answers a container's keys; no bucket can have that name. */
export const CREDENTIALS_PATH = '/_atelier/credentials';

export const HOME_INSIDE = '/home/sagemaker-user';
export const METADATA_INSIDE = '/opt/ml/metadata';
export const KIT_INSIDE = '/opt/atelier/kit';

export interface NotebookSetting {
  readonly app: App;
  readonly place: Place;
  readonly executionRole: string;
  readonly bucket: string | null;
  readonly cpus: number;
}

/** Variables of everything that runs in the space: AWS clients and the notebook kit work without any configuration. */
export const notebookEnvironment = (setting: NotebookSetting): Record<string, string> => {
  const { app, place, executionRole, bucket } = setting;
  const threads = String(Math.max(1, Math.floor(setting.cpus)));
  return {
    HOME: HOME_INSIDE,
    USER: 'sagemaker-user',
    SHELL: '/bin/bash',
    ATELIER_JUPYTER_TOKEN: app.token,
    AWS_ENDPOINT_URL: STUDIO_URL,
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    // Every SDK fetches keys here by itself and again before they end.
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${STUDIO_URL}${CREDENTIALS_PATH}`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: app.credentialsToken,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_STS_REGIONAL_ENDPOINTS: 'regional',
    AWS_CONFIG_FILE: `${METADATA_INSIDE}/aws-config`,
    SAGEMAKER_ADMIN_CONFIG_OVERRIDE: `${METADATA_INSIDE}/sagemaker-config.yaml`,
    ATELIER_URL: FRONT_DOOR_URL,
    ATELIER_USER: app.ownerProfile,
    ATELIER_EXECUTION_ROLE: executionRole,
    ...(bucket === null ? {} : { ATELIER_BUCKET: bucket }),
    // Numeric libraries count the machine's cores, not the container's share.
    OMP_NUM_THREADS: threads,
    OPENBLAS_NUM_THREADS: threads,
    LOKY_MAX_CPU_COUNT: threads,
  };
};

/** Writes what the SageMaker SDK and the AWS SDKs read in a space; answers the folder to mount. */
export const writeMetadata = async (home: string, setting: NotebookSetting): Promise<string> => {
  const { app, place, executionRole, bucket } = setting;
  const folder = join(home, 'metadata', app.startId);
  const files = {
    'resource-metadata.json': JSON.stringify({
      AppType: 'JupyterLab',
      DomainId: app.domainId,
      UserProfileName: app.ownerProfile,
      SpaceName: app.spaceName,
      ResourceName: app.name,
      ResourceArn: appArn(place, app.domainId, app.spaceName, app.name),
      ExecutionRoleArn: executionRole,
    }),
    'sagemaker-config.yaml': sagemakerConfig(bucket),
    'aws-config': `[default]\nregion = ${place.region}\ns3 =\n  signature_version = s3v4\n  addressing_style = path\n`,
  };
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o644);
  }
  await chmod(folder, 0o755);
  return folder;
};

const sagemakerConfig = (bucket: string | null): string =>
  [
    "SchemaVersion: '1.0'",
    'SageMaker:',
    '  PythonSDK:',
    '    Modules:',
    '      TelemetryOptOut: true',
    ...(bucket === null ? [] : ['      Session:', `        DefaultS3Bucket: ${bucket}`]),
    '',
  ].join('\n');
