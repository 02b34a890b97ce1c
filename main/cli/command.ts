/** One of `kith`'s commands. */
export interface Command {
  /** All of `kith NAME --help`, with a line break at its end. */
  readonly help: string;
  /** Resolves with the exit code. Throws a `KithError` for the caller to report. */
  run(args: readonly string[]): Promise<number>;
}
