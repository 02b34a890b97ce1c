/**
 * Does anybody gain by the gap rule? `node test/sim/asert-gap.ts [seed]` prints the table of
 * docs/adr/0001-asert-gap-rule.md. About a minute.
 */
import { type Rule, RULES } from './asert-model.ts';
import {
  blocksPerDay,
  CLOCKS,
  costOfOldFork,
  costOfShownBlocks,
  hopperAdvantage,
  hoursToFirstBlock,
  replaceChance,
} from './asert-scenarios.ts';

const seed = Number(process.argv[2] ?? 20_261_122);

const rows: readonly (readonly [string, (rule: Rule) => number])[] = [
  ['hours to the first block, hash rate / 100', (rule) => hoursToFirstBlock(rule, 100, seed)],
  ['hours to the first block, hash rate / 1 000', (rule) => hoursToFirstBlock(rule, 1000, seed)],
  ['hours to the first block, hash rate / 10 000', (rule) => hoursToFirstBlock(rule, 10_000, seed)],
  ['blocks a day, alone, true times', (rule) => blocksPerDay(rule, CLOCKS.true, seed)],
  ['blocks a day, alone, all times 600 s ahead', (rule) => blocksPerDay(rule, CLOCKS.ahead, seed)],
  ['blocks a day, alone, times as early as allowed', (rule) => blocksPerDay(rule, CLOCKS.early, seed)],
  ['blocks a day, alone, six of eleven times held back', (rule) => blocksPerDay(rule, CLOCKS.held, seed)],
  ['hopper with 20 x the rest: coins per hash over theirs', (rule) => hopperAdvantage(rule, 20, seed)],
  ['hopper with 1 000 x the rest', (rule) => hopperAdvantage(rule, 1000, seed)],
  ['rate / 10 000, 30 % replaces 6 blocks, clock', (rule) => replaceChance(rule, 6, 'clock', seed)],
  ['rate / 10 000, 30 % replaces 6 blocks, full', (rule) => replaceChance(rule, 6, 'full', seed)],
  ['rate / 10 000, 30 % replaces 30 blocks, clock', (rule) => replaceChance(rule, 30, 'clock', seed)],
  ['rate / 10 000, 30 % replaces 30 blocks, full', (rule) => replaceChance(rule, 30, 'full', seed)],
  ['6 blocks for a node cut off 12 h (full blocks)', (rule) => costOfShownBlocks(rule, 12, 6)],
  ['6 blocks for a node cut off 48 h', (rule) => costOfShownBlocks(rule, 48, 6)],
  ['6 blocks for a node cut off 7 days', (rule) => costOfShownBlocks(rule, 168, 6)],
  ['a header on a block 24 h old (full blocks)', (rule) => costOfOldFork(rule, 24)],
];

console.log(`seed ${seed}`);
console.log(['scenario'.padEnd(56), ...RULES.map((r) => r.padStart(12))].join(''));
for (const [name, scenario] of rows) {
  const figures = RULES.map((rule) => scenario(rule).toPrecision(4).padStart(12));
  console.log([name.padEnd(56), ...figures].join(''));
}
