/** A process that has become ready. */
export interface Running {
  readonly pid: number;
  /** Resolves with why it ended, whether asked to or not. */
  readonly exited: Promise<string>;
  /** Asks it to end, and returns when it has; by force when it does not within its time. */
  stop(): Promise<void>;
}
