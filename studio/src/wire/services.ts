import type { AnyOperation, RpcService } from './operation.ts';

export interface FoundOperation {
  readonly service: RpcService;
  /** Null: the service is known, the operation is not. */
  readonly operation: AnyOperation | null;
  readonly name: string;
}

export interface ServiceIndex {
  /** By `X-Amz-Target`: `SageMaker.CreateModel`. */
  byTarget(target: string): FoundOperation | null;
  /** By the form fields `Version` and `Action`. */
  byAction(version: string, action: string): FoundOperation | null;
}

/** Several parts of Studio may each bring operations of one service. Throws when two bring the same one. */
export function indexServices(services: readonly RpcService[]): ServiceIndex {
  const index = new Map<string, { service: RpcService; operations: Map<string, AnyOperation> }>();
  for (const service of services) {
    const key = keyOf(service.protocol, service.name, service.target);
    const entry = index.get(key) ?? { service, operations: new Map() };
    index.set(key, entry);
    for (const operation of service.operations) {
      if (entry.operations.has(operation.name)) {
        throw new Error(`${service.name} has two operations named ${operation.name}`);
      }
      entry.operations.set(operation.name, operation);
    }
  }
  const entries = [...index.values()];
  const find = (matches: (service: RpcService) => boolean, name: string): FoundOperation | null => {
    const entry = entries.find(({ service }) => matches(service));
    if (!entry) return null;
    return { service: entry.service, operation: entry.operations.get(name) ?? null, name };
  };
  return {
    byTarget(target) {
      const dot = target.lastIndexOf('.');
      const prefix = target.slice(0, dot);
      return find((s) => s.protocol === 'json' && s.target === prefix, target.slice(dot + 1));
    },
    byAction: (version, action) =>
      find((s) => s.protocol === 'query' && s.target === version, action),
  };
}

const keyOf = (...parts: readonly string[]): string => parts.join('/');
