/**
 * `npm run chaos -- --wallets N --seed S`: see wallets.ts; one node that is killed while its wallets are written.
 *
 * `npm run chaos -- --power-loss N --seed S`: see power-loss/campaign.ts; N moments of a story of 140 blocks.
 *
 * `npm run chaos -- --kills N --seed S [--json]`: two real nodes hear the same story of payments and reorganisations.
 * One is killed with SIGKILL right after a random write, over and over, also while it recovers; after each restart it
 * must agree with the other in tip, UTXO set and wallet. Says after which kinds of write it was killed, and how often.
 * Last line with --json: {"kills":N,"equal":M,"in_recovery":K}.
 */
import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { chaos, describeRun } from './chaos.ts';
import { describeWalletRun, walletChaos } from './wallets.ts';
import { powerLoss } from './power-loss/campaign.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string' },
    'power-loss': { type: 'string' },
    wallets: { type: 'string' },
    seed: { type: 'string' },
    json: { type: 'boolean' },
  },
});
const kills = Number(values.kills ?? 20);
const moments = Number(values['power-loss'] ?? 1);
const walletKills = Number(values.wallets ?? 1);
const seed = Number(values.seed ?? 1);
if (
  ![kills, moments, walletKills].every((n) => Number.isSafeInteger(n) && n > 0) ||
  !Number.isSafeInteger(seed)
) {
  console.error('--kills, --wallets, --power-loss and --seed take whole numbers');
  process.exit(2);
}
process.exitCode = (await chosen()()) ? 0 : 1;

function chosen(): () => Promise<boolean> {
  if (values.wallets !== undefined) return killWallets;
  return values['power-loss'] === undefined ? kill : failPower;
}

async function killWallets(): Promise<boolean> {
  const result = await walletChaos({ kills: walletKills, seed, say: (line) => console.error(line) });
  for (const directory of result.directories) await rm(directory, { recursive: true, force: true });
  console.error(describeWalletRun(result));
  console.log(`${walletKills} kills; ${result.whole} times everything was whole afterwards (seed ${seed}).`);
  return result.whole === walletKills;
}

async function kill(): Promise<boolean> {
  const result = await chaos({ kills, seed, say: (line) => console.error(line) });
  for (const directory of result.directories) await rm(directory, { recursive: true, force: true });
  const { equal, inRecovery } = result;
  console.error(describeRun(result));
  if (values.json) console.log(JSON.stringify({ kills, equal, in_recovery: inRecovery }));
  else
    console.log(
      `${kills} kills, ${inRecovery} of them in recovery; ${equal} times all was equal afterwards (seed ${seed}).`,
    );
  return equal === kills;
}

async function failPower(): Promise<boolean> {
  const options = { seed, blocks: 140, moments, rotations: moments, again: Math.ceil(moments / 5) };
  const result = await powerLoss({ ...options, say: (line) => console.error(line) });
  const { states, again, behind, rotations, problems, rebuilt } = result;
  for (const line of [...problems, ...rebuilt]) console.error(line);
  console.log(
    `${states} combinations of files, ${again} of them in recovery, ${behind} behind the newest block, ${rotations} moments between two logs; ${problems.length} problems, ${rebuilt.length} rebuilt (seed ${seed}).`,
  );
  return problems.length === 0 && rebuilt.length === 0;
}
