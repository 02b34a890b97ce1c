/** What a bench measured: snake_case names with their unit, finite numbers. */
export type Figures = Readonly<Record<string, number>>;

export interface BenchOptions {
  /** Seconds that one measurement may take, roughly. */
  readonly seconds: number;
  /** Everything after the bench's name that the runner doesn't know, for the bench itself: `--peers 8`. */
  readonly args: readonly string[];
  /** Prints a line of progress to stderr. */
  say(line: string): void;
}

/** A module of this folder that exports `bench` is found by the runner. */
export interface Bench {
  readonly name: string;
  readonly description: string;
  run(options: BenchOptions): Promise<Figures>;
}
