/** EventBridge's envelope, so that what AWS services publish and what ours publish is the same thing. */
export interface CloudEvent<Detail = unknown> {
  readonly id: string;
  readonly source: string;
  readonly 'detail-type': string;
  /** The 12-digit account the event comes from; empty for the product's own services. */
  readonly account: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly region: string;
  readonly detail: Detail;
}

export interface EventPattern {
  readonly source?: readonly string[];
  readonly 'detail-type'?: readonly string[];
}

/**
 * Publish and subscribe, at least once and unordered: consumers keep an inbox of the event ids they have handled.
 * `subscribe` is durable by `consumer`: events published while nobody runs are delivered later; several processes with
 * the same consumer name share the events between them.
 */
export interface EventBus {
  publish(events: readonly CloudEvent[]): Promise<void>;
  subscribe(
    consumer: string,
    pattern: EventPattern,
    handle: (event: CloudEvent) => Promise<void>,
  ): Promise<Subscription>;
}

export interface Subscription {
  close(): Promise<void>;
}
