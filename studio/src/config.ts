export interface StudioConfig {
  readonly databaseUrl: string;
  /** Objects, keys, credentials and containers live here. */
  readonly home: string;
  /** Address of the TCP listener. */
  readonly host: string;
  readonly port: number;
  readonly region: string;
  /** As clients on this machine reach the API; issuer of identity tokens. */
  readonly publicUrl: string;
  /** Services that get a role and a credentials file; null: all that Atelier has. */
  readonly services: readonly string[] | null;
  /** Socket on which the front-door trusts Studio to say whose a connection is; null: spaces reach none. */
  readonly frontDoorSocket: string | null;
  /** Where the button of an expired link leads. */
  readonly launchPageUrl: string | null;
  /** Folder of built workbench images; null: the machine's own. */
  readonly imageCache: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment; throws one error that names every fault. */
export function loadConfig(env: Environment): StudioConfig {
  const faults: string[] = [];
  const fault = (message: string): void => {
    faults.push(message);
  };
  const required = (name: string): string => {
    const value = env[name];
    if (!value) fault(`${name} is missing`);
    return value ?? '';
  };
  const port = (name: string, fallback: number | null): number | null => {
    const text = env[name];
    if (!text) return fallback;
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
    fault(`${name} must be a port, not '${text}'`);
    return fallback;
  };

  const host = env.STUDIO_HOST || '127.0.0.1';
  const listenPort = port('STUDIO_PORT', 8081) ?? 8081;
  const home = required('STUDIO_HOME');
  if (home && !home.startsWith('/')) fault(`STUDIO_HOME must be an absolute path, not '${home}'`);
  const region = env.STUDIO_REGION || 'us-east-1';
  // SDKs look regions up; an invented one is refused there.
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) fault(`STUDIO_REGION is no AWS region: '${region}'`);
  const publicUrl = env.STUDIO_PUBLIC_URL || `http://127.0.0.1:${listenPort}`;
  if (!URL.canParse(publicUrl)) fault(`STUDIO_PUBLIC_URL is no URL: '${publicUrl}'`);
  const services = env.STUDIO_SERVICES?.split(',').filter((name) => name !== '') ?? null;
  for (const name of services ?? []) {
    if (!/^[a-z][a-z0-9-]{0,62}$/.test(name)) fault(`STUDIO_SERVICES has the bad name '${name}'`);
  }
  const config: StudioConfig = {
    databaseUrl: required('DATABASE_URL'),
    home,
    host,
    port: listenPort,
    region,
    publicUrl: publicUrl.replace(/\/$/, ''),
    services,
    frontDoorSocket: env.STUDIO_FRONT_DOOR_SOCKET || null,
    launchPageUrl: env.STUDIO_LAUNCH_PAGE_URL || null,
    imageCache: env.STUDIO_IMAGE_CACHE || null,
  };
  if (faults.length > 0) throw new Error(`Studio cannot start:\n  ${faults.join('\n  ')}`);
  return Object.freeze(config);
}
