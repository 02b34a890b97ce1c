import { describe, expect, test } from 'vitest';
import { ANSWER_MICROS_PER_KIB, COST, LIMITS, type Rate } from '../../../main/net/budgets/costs.ts';
import { FRAME } from '../../../main/net/protocol/frame-types.ts';
import { PIECE_BYTES } from '../../../main/net/protocol/frames.ts';
import { readSource, tableRows, valueOf } from '../../support/pages/constants.ts';

const page = readSource('docs/costs.md');
const section = (title: string): string => {
  const from = page.indexOf(`## ${title}\n`);
  const end = page.indexOf('\n## ', from + 1);
  return page.slice(from, end === -1 ? undefined : end);
};
const numberIn = (text: string): number => Number(text.replaceAll(' ', ''));

describe('docs/costs.md and the table of costs', () => {
  test('the page has the cost of every request', () => {
    const shown = tableRows(section('Requests')).map(([request, queue, micros, each]) => ({
      request: request!.replaceAll('`', ''),
      queue,
      micros: numberIn(micros!),
      microsEach: numberIn(each!),
    }));
    const costs = Object.entries(COST).map(([request, { queue, micros, microsEach }]) => ({
      request,
      queue,
      micros,
      microsEach,
    }));
    expect(shown).toEqual(costs);
  });

  test('the page has every budget', () => {
    const budget = ({ burst, perSecond }: Rate, unit: number, name: string) =>
      `${burst / unit} ${name} at once, ${perSecond / unit} ${name} a second`;
    const NAMES = { peer: 'a connection', group: 'a network group', overall: 'all' } as const;
    const budgets = Object.entries(LIMITS).flatMap(([queue, limits]) =>
      (['peer', 'group', 'overall'] as const).map((of) => [
        queue,
        NAMES[of],
        budget(limits[of].micros, 1000, 'ms'),
        queue === 'open' ? '' : budget(limits[of].bytes, 1 << 20, 'MiB'),
      ]),
    );
    expect(tableRows(section('Budgets'))).toEqual(budgets);
  });

  test('the page has the cost of sending and the size of its pieces', () => {
    const answers = section('Answers');
    expect(answers).toContain(`costs ${ANSWER_MICROS_PER_KIB} µs of processor time for each KiB`);
    expect(answers).toContain(`pieces of ${PIECE_BYTES / 1024} KiB`);
    const turn = valueOf(readSource('main/net/budgets/budgets.ts'), 'TURN_MS');
    expect(page).toContain(`Answers are worked on for ${turn} ms`);
  });
});

describe('the table of costs and the frames', () => {
  // Frames that answer, and those of `hello`, which have a limit of their own.
  const WITHOUT = new Set([
    ...['hello', 'tip', 'bye', 'serves', 'headers', 'block', 'absent', 'transactions', 'wids', 'parts'],
    ...['taken', 'records', 'networkFile', 'manifest', 'chunk', 'pushed', 'compact'],
  ]);

  test.each(Object.keys(FRAME))('%s has a cost, or is listed as free', (name) => {
    expect(name in COST).toBe(!WITHOUT.has(name));
  });

  test('a frame for which a protocol has a handler has a cost', () => {
    const handled = ['net/relay/serve-relay.ts', 'net/sync/serve-sync.ts', 'net/sync/serve-snapshots.ts']
      .concat(['net/relay/block-push.ts', 'net/peers/address-exchange.ts', 'net/join.ts'])
      .flatMap((file) =>
        [...readSource(`main/${file}`).matchAll(/\[FRAME\.(\w+)\.type, (?!FRAME)/g)].map(([, name]) => name!),
      );
    expect(handled.length).toBeGreaterThanOrEqual(14);
    expect(handled.filter((name) => !(name in COST))).toEqual([]);
  });
});
