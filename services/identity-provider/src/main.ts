import pg from 'pg';
import { createIdentityProvider, openSigningKeys } from './app.ts';
import { loadConfig } from './config.ts';

const { host, port, databaseUrl, signingKeysFile, ...config } = loadConfig(process.env);
const pool = new pg.Pool({ connectionString: databaseUrl, max: 8 });
pool.on('error', () => undefined);

const provider = createIdentityProvider({
  ...config,
  pool,
  signingKeys: await openSigningKeys(signingKeysFile),
});
await provider.app.listen({ host, port });

const stop = async (): Promise<void> => {
  await provider.close();
  await pool.end();
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    stop().catch((error: unknown) => {
      provider.app.log.error({ err: error }, 'the identity provider did not stop in good order');
      process.exitCode = 1;
    });
  });
}
