export type { ServeHostSocket, SocketServer } from './account-sockets.ts';
export type * from './engine.ts';
export {
  createPodmanEngine,
  type PodmanEngine,
  type PodmanEngineDeps,
  runDirectoryOf,
} from './podman-engine.ts';
export { runnersInside } from './run-arguments.ts';
export type { VolumeRequest, Volumes } from './volumes.ts';
