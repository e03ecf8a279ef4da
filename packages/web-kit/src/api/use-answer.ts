import type { AnswerOf, CallOf, Operation, ServiceName } from '@atelier/contracts';
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { clients, type Operations } from './clients.ts';

export type OperationName<Service extends ServiceName> = keyof Operations[Service] & string;

type Defined<Service extends ServiceName, Name extends OperationName<Service>> = Extract<
  Operations[Service][Name],
  Operation
>;

export type Call<Service extends ServiceName, Name extends OperationName<Service>> = Omit<
  CallOf<Defined<Service, Name>>,
  'idempotencyKey' | 'signal'
>;
export type Answer<Service extends ServiceName, Name extends OperationName<Service>> = AnswerOf<
  Defined<Service, Name>
>;

type AnyCall = (call: object) => Promise<unknown>;

/** Calls one operation by name. The names are checked by `Call` and `Answer`, so the one cast stays here. */
export const callOperation = <Service extends ServiceName, Name extends OperationName<Service>>(
  service: Service,
  name: Name,
  call: object,
): Promise<Answer<Service, Name>> =>
  (clients[service] as unknown as Record<string, AnyCall>)[name]?.(call) as Promise<
    Answer<Service, Name>
  >;

export const answerKey = (
  service: ServiceName,
  name?: string,
  call?: object,
): readonly unknown[] => [
  service,
  ...(name === undefined ? [] : [name]),
  ...(call === undefined ? [] : [call]),
];

export interface AnswerOptions<Data> {
  /** False while a question does not apply, for instance for this role. */
  readonly enabled?: boolean;
  /** Milliseconds until the next look, or false; used beside the event stream for what is under way. */
  readonly pollMs?: (data: Data | undefined) => number | false;
  /** Keeps showing the last answer while the next one is fetched: for lists. */
  readonly keep?: boolean;
  readonly staleMs?: number;
}

/** What an operation answers, cached by its name and its call. */
export const useAnswer = <Service extends ServiceName, Name extends OperationName<Service>>(
  service: Service,
  name: Name,
  call: Call<Service, Name>,
  options: AnswerOptions<Answer<Service, Name>> = {},
): UseQueryResult<Answer<Service, Name>, Error> =>
  useQuery<Answer<Service, Name>, Error, Answer<Service, Name>>({
    queryKey: answerKey(service, name, call),
    queryFn: ({ signal }) => callOperation(service, name, { ...call, signal }),
    enabled: options.enabled ?? true,
    refetchInterval: (query) =>
      options.pollMs?.(query.state.data as Answer<Service, Name> | undefined) ?? false,
    ...(options.staleMs === undefined ? {} : { staleTime: options.staleMs }),
    ...(options.keep ? { placeholderData: keepPreviousData } : {}),
  });
