/**
 * `npm run chaos -- --kills N --seed S [--json]`: two real nodes hear the same story of payments and reorganisations.
 * One is killed with SIGKILL right after a random write, over and over, also while it recovers; after each restart it
 * must agree with the other in tip, coin set and wallet. Says after which kinds of write it was killed, and how often.
 * Last line with --json: {"kills":N,"equal":M,"in_recovery":K}.
 */
import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { chaos, describeRun } from './chaos.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string' }, seed: { type: 'string' }, json: { type: 'boolean' } },
});
const kills = Number(values.kills ?? 20);
const seed = Number(values.seed ?? 1);
if (!Number.isSafeInteger(kills) || kills < 1 || !Number.isSafeInteger(seed)) {
  console.error('--kills and --seed take whole numbers');
  process.exit(2);
}
const result = await chaos({ kills, seed, say: (line) => console.error(line) });
for (const directory of result.directories) await rm(directory, { recursive: true, force: true });
const { equal, inRecovery } = result;
console.error(describeRun(result));
if (values.json) console.log(JSON.stringify({ kills, equal, in_recovery: inRecovery }));
else
  console.log(
    `${kills} kills, ${inRecovery} of them in recovery; ${equal} times all was equal afterwards (seed ${seed}).`,
  );
process.exitCode = equal === kills ? 0 : 1;
