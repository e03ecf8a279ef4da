import { type Operation, operationsByService, type ServiceName } from '@atelier/contracts';
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import {
  type Answer,
  answerKey,
  type Call,
  callOperation,
  type OperationName,
} from './use-answer.ts';

export interface ActionOptions<Answered> {
  readonly onDone?: (answer: Answered) => void | Promise<void>;
  /** Services whose answers are stale afterwards, beside the one called. */
  readonly alsoChanges?: readonly ServiceName[];
}

/**
 * An operation that changes something. Where the contract asks for an idempotency key, repeating the same call after a
 * failure sends the same key, so that a lost answer never makes a second one.
 */
export const useAction = <Service extends ServiceName, Name extends OperationName<Service>>(
  service: Service,
  name: Name,
  options: ActionOptions<Answer<Service, Name>> = {},
): UseMutationResult<Answer<Service, Name>, Error, Call<Service, Name>> => {
  const queries = useQueryClient();
  const intent = useRef<{ readonly call: string; readonly key: string } | null>(null);
  const operation: Operation | undefined = (
    operationsByService[service] as Readonly<Record<string, Operation>>
  )[name];

  const keyFor = (call: object): object => {
    if (operation?.idempotency !== 'required') return {};
    const asText = JSON.stringify(call);
    if (intent.current?.call !== asText) {
      intent.current = { call: asText, key: crypto.randomUUID() };
    }
    return { idempotencyKey: intent.current.key };
  };

  return useMutation<Answer<Service, Name>, Error, Call<Service, Name>>({
    mutationFn: (call) => callOperation(service, name, { ...call, ...keyFor(call) }),
    onSuccess: async (answer) => {
      intent.current = null;
      for (const changed of [service, ...(options.alsoChanges ?? [])]) {
        void queries.invalidateQueries({ queryKey: answerKey(changed) });
      }
      await options.onDone?.(answer);
    },
  });
};
