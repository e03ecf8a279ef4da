export interface LogStreamName {
  readonly accountId: string;
  /** `/aws/sagemaker/TrainingJobs`. */
  readonly group: string;
  /** `<job>/algo-1-1234567890`. */
  readonly stream: string;
}

/** Appends what containers print. Order within a stream is kept; a flood is cut with a line that says so. */
export interface LogWriter {
  append(stream: LogStreamName, lines: readonly { at: Date; message: string }[]): Promise<void>;
}
