import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Reads a program's options. Exits with code 2 and one line on an error, and with 0 after printing `help`. */
export function readArguments<Options extends NonNullable<ParseArgsConfig['options']>>(
  name: string,
  options: Options,
  help: string,
) {
  const all = { ...options, help: { type: 'boolean', short: 'h' } } as const;
  try {
    const { values } = parseArgs({ options: all, strict: true, allowPositionals: false });
    if ((values as { help?: boolean }).help !== true) return values;
    console.log(help);
    process.exit(0);
  } catch (error) {
    console.error(
      `${name}: ${error instanceof Error ? error.message : String(error)} (--help shows the options)`,
    );
    process.exit(2);
  }
}

/** A whole number within bounds; exits with code 2 and a sentence otherwise. */
export function readNumber(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= low && value <= high) return value;
  console.error(`${name} must be a whole number from ${low} to ${high}, not "${text}"`);
  process.exit(2);
}
