import { describe, expect, test } from 'vitest';
import { readSource, sourcesBelow, tableRows, valueOf } from '../../support/pages/constants.ts';

const MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** In milliseconds: `500 ms, 1 s` is 500 and 1000. */
function timesIn(text: string): number[] {
  return [...text.matchAll(/(\d[\d ]*) (ms|s|min|h|d)\b/g)].map(
    ([, digits, unit]) => Number(digits!.replaceAll(' ', '')) * MS[unit!]!,
  );
}

interface Time {
  /** Such as `HELLO_MS, net/protocol/control.ts`. */
  readonly where: string;
  readonly ms: readonly number[];
}

/** Means that something never happens. */
const NEVER = 'NEVER_MS';

function timesOf(file: string): Time[] {
  const source = readSource(`main/${file}`);
  const declared = source.matchAll(
    /^(?:export )?const ([A-Z][A-Z_]*_(MS|S|SECONDS))(?<!_PER_S)(?:: [^=]+)? = ([^;]+);/gm,
  );
  return [...declared]
    .filter(([, name]) => name !== NEVER)
    .map(([, name, unit, value]) => {
      const fields = [...value!.matchAll(/(\w+): /g)].map(([, field]) => `${name}.${field}`);
      const values = (fields.length > 0 ? fields : [name!]).map((each) => valueOf(source, each));
      return { where: `${name}, ${file}`, ms: values.map((each) => (unit === 'MS' ? each : each * 1000)) };
    });
}

/** Fields such as `RELAY.slotMs`: times among other numbers of one object. */
function fieldsOf(file: string): Time[] {
  const source = readSource(`main/${file}`);
  const objects = source.matchAll(/^(?:export )?const ([A-Z][A-Z_]*)(?: = \{)([^}]*)\}/gm);
  return [...objects].flatMap(([, name, body]) =>
    [...body!.matchAll(/\b(\w+Ms): /g)].map(([, field]) => ({
      where: `${name}.${field}, ${file}`,
      ms: [valueOf(source, `${name}.${field}`)],
    })),
  );
}

const times = sourcesBelow('net').flatMap((file) => [...timesOf(file), ...fieldsOf(file)]);
const rows = tableRows(readSource('docs/timeouts.md')).map(([, time, where]) => ({
  where: where!.replaceAll('`', ''),
  ms: timesIn(time!),
}));

describe('docs/timeouts.md and the constants of main/net', () => {
  test('the constants were found', () => expect(times.length).toBeGreaterThan(50));

  test.each(times)('$where has its row', ({ where, ms }) => {
    const row = rows.find((each) => each.where === where);
    expect(row, `docs/timeouts.md needs a row for ${where} (${ms.join(', ')} ms)`).toBeDefined();
    expect(row!.ms).toEqual(ms);
  });

  test('no row names a constant that does not exist, and none does so twice', () => {
    const known = times.map(({ where }) => where);
    expect(rows.map(({ where }) => where).filter((where) => !known.includes(where))).toEqual([]);
    expect(new Set(rows.map(({ where }) => where)).size).toBe(rows.length);
  });
});

test('no timeout of a second or more is a literal in a call, where the page could not name it', () => {
  const inline = sourcesBelow('net').flatMap((file) =>
    readSource(`main/${file}`)
      .split('\n')
      .filter((line) => /(?:AbortSignal\.timeout|\bsleep)\(\d|imeout(?:Ms)?: \d/.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(inline).toEqual([]);
});
