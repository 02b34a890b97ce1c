import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isMutatedBody } from '../../../../main/core/consensus/block-rules.ts';
import type { PolicyCode, ViolationCode } from '../../../../main/core/violation.ts';
import { BLOCK_CASES } from './block-cases.ts';
import { CODEC_CASES } from './codec-cases.ts';
import { COINBASE_CASES } from './coinbase-cases.ts';
import { HEADER_CASES } from './header-cases.ts';
import { SPEND_CASES } from './spend-cases.ts';
import { TRANSACTION_CASES } from './transaction-cases.ts';
import { openRuleWorld, type RuleCase, type RuleWorld } from './rules-world.ts';

/** Rules that the chain itself never applies: how much work a stranger's chain needs is for header sync to say. */
type NotOfTheChain = PolicyCode | 'header-low-work';

/** Every rule of the chain, each with what breaks it and nothing else; one without a case does not compile. */
const CASES = {
  ...CODEC_CASES,
  ...TRANSACTION_CASES,
  ...SPEND_CASES,
  ...COINBASE_CASES,
  ...HEADER_CASES,
  ...BLOCK_CASES,
} satisfies Record<
  Exclude<ViolationCode, NotOfTheChain>,
  readonly [RuleCase, ...RuleCase[]] | readonly RuleCase[]
>;

let world: RuleWorld;
beforeAll(async () => {
  world = await openRuleWorld();
});
afterAll(() => world.close());

test('every violation code has a test case', () => {
  for (const [code, cases] of Object.entries(CASES)) expect(cases.length, code).toBeGreaterThan(0);
});

describe.each(Object.entries(CASES) as [ViolationCode, readonly RuleCase[]][])('%s', (code, cases) => {
  test.each(cases)('$what', async (rule) => {
    if ('run' in rule) {
      const before = await world.state();
      expect(await rule.run(world)).toBe(code);
      expect(await world.state()).toEqual(before);
      return;
    }
    const { broken, sound } = await rule.twins(world);
    const before = await world.state();
    expect(await world.submit(broken)).toBe(code);
    expect(await world.state()).toEqual(before);
    // A verdict on the block stands; one on the body or the header's neighbours is found anew.
    const again = isPermanent(code) ? 'block-invalid' : code;
    expect(await world.submit(broken)).toBe(again);
    expect(await world.submit(sound)).toBe('connected');
  });
});

function isPermanent(code: ViolationCode): boolean {
  const ofTheHeader = code.startsWith('header-') || code === 'block-orphan' || code === 'block-genesis';
  return !ofTheHeader && !isMutatedBody(code);
}
