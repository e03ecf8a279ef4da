export { createStudio, type EventSink, type Studio, type StudioDeps } from './app.ts';
export { loadConfig, type StudioConfig } from './config.ts';
export { openDatabase } from './database.ts';
export { createLogger, type Logger } from './logger.ts';
export { removeContainers, removeRunDirectory, runDirectory } from './remove-containers.ts';
export { type RunningStudio, startStudio } from './start.ts';
