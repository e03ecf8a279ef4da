import { createStudio, type EventSink, type Studio } from './app.ts';
import { composeStudio } from './compose.ts';
import type { StudioConfig } from './config.ts';
import { openDatabase } from './database.ts';
import type { Logger } from './logger.ts';
import { listen } from './wire/server.ts';

export interface RunningStudio {
  readonly studio: Studio;
  close(): Promise<void>;
}

/** Opens the database, composes every part and listens. Throws when any of it fails, leaving nothing open. */
export async function startStudio(
  config: StudioConfig,
  deps: { readonly events: EventSink; readonly logger: Logger },
): Promise<RunningStudio> {
  const { logger } = deps;
  const database = await openDatabase({
    url: config.databaseUrl,
    onConnectionError: (error) => logger.warn('a database connection broke', { error }),
  });
  try {
    const studio = await createStudio({
      database,
      home: config.home,
      region: config.region,
      publicUrl: config.publicUrl,
      events: deps.events,
      logger,
      ...(config.services && { services: config.services }),
      compose: (core) => composeStudio(config, core),
    });
    const close = async (): Promise<void> => {
      await studio.close();
      await database.end();
    };
    try {
      await listen(studio.server, { host: config.host, port: config.port });
    } catch (error) {
      await studio.close();
      throw error;
    }
    logger.info('listening', { address: config.publicUrl });
    return { studio, close };
  } catch (error) {
    await database.end();
    throw error;
  }
}
