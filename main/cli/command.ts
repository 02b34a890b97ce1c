/** One of `kith`'s commands. */
export interface Command {
  /** The text of `kith NAME --help`, with a line break at its end. */
  readonly help: string;
  /** Runs the command and resolves with its exit code. Throws a `KithError`, which the caller reports. */
  run(args: readonly string[]): Promise<number>;
}
