/** A message as it was received: `receipt` is what `extend` and `ack` take, and dies with the visibility timeout. */
export interface ReceivedMessage<Body> {
  readonly id: string;
  readonly receipt: string;
  readonly body: Body;
  /** How many times this message has been handed out, this time included. */
  readonly deliveries: number;
}

export interface SendOptions {
  /** A second message with the same id within the deduplication window is acknowledged and dropped. */
  readonly dedupeId?: string;
  readonly delaySeconds?: number;
}

export interface ReceiveOptions {
  /** 1 to 10. */
  readonly max: number;
  readonly visibilitySeconds: number;
  /** How long to wait for a first message. */
  readonly waitSeconds?: number;
  readonly signal?: AbortSignal;
}

export interface DeadLetter<Body> {
  readonly id: string;
  readonly body: Body;
  readonly deliveries: number;
  readonly deadSince: Date;
}

/**
 * At-least-once delivery of JSON messages, unordered. A message that was received `maxDeliveries` times without an
 * acknowledgement moves to the dead letters.
 */
export interface Queue<Body = unknown> {
  send(body: Body, options?: SendOptions): Promise<void>;
  receive(options: ReceiveOptions): Promise<ReceivedMessage<Body>[]>;
  extend(receipt: string, visibilitySeconds: number): Promise<void>;
  /** Acknowledging a receipt whose visibility has run out does nothing: the message is somebody else's by then. */
  ack(receipt: string): Promise<void>;
  deadLetters(options: { max: number }): Promise<DeadLetter<Body>[]>;
  /** Puts a dead letter back into the queue with its deliveries forgotten. */
  redrive(id: string): Promise<void>;
}
