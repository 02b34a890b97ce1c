import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openDataDirectory } from '../lib/datadir.ts';
import { absolutePath } from '../lib/given-path.ts';
import { KithError } from '../lib/errors.ts';
import { systemClock } from '../lib/clock.ts';
import { systemRandom } from '../lib/random.ts';
import { createConsoleSink } from '../lib/log-sinks.ts';
import { createLog } from '../lib/log.ts';
import type { ChainDeps } from '../chain/chain.ts';
import type { Chain } from '../chain/chain.ts';
import { checkChainFile, exportChain, importChain } from '../chain/chain-file.ts';
import { createChain } from '../chain/create-chain.ts';
import { verifyChain } from '../chain/verify-chain.ts';
import { createPowPool } from '../workers/pow-pool.ts';
import { powHash } from '../workers/pow.ts';
import { installNativeSha256 } from '../workers/sha256.ts';
import { createVerifyPool } from '../workers/verify-pool.ts';
import { type Arguments, readArguments, wrong } from './arguments.ts';
import type { Command } from './command.ts';
import { defaultDirectory } from '../node/default-directory.ts';
import { readNetwork } from '../node/read-network.ts';
import { jsonLine, plainText } from './printing.ts';

const OPTIONS = { network: 'text', datadir: 'path', deep: 'flag', json: 'flag' } as const;

const DATA_OPTIONS = `  --network NAME|FILE       the network of the data
  --datadir FOLDER          the data directory (default: the folder of the network in Kith's default data directory)
  --json                    print one JSON line`;

export const chainCommand: Command = {
  help: `kith chain: export or import blocks as a file.

Usage: kith chain export FILE --network NAME [options]
       kith chain import FILE --network NAME [options]

${DATA_OPTIONS}

No node may be running on this data directory. An import checks every block as if a peer had sent it.
`,
  async run([verb, ...args]) {
    const given = readArguments('chain', args, OPTIONS, 1);
    const name = given.positionals[0];
    if ((verb !== 'export' && verb !== 'import') || name === undefined) {
      throw wrong(
        'argument-missing',
        'chain',
        'Give a command: kith chain export FILE, or kith chain import FILE',
      );
    }
    const file = absolutePath(name, 'file', 'chain');
    await (verb === 'export' ? runExport : runImport)(given, file);
    return 0;
  },
};

async function runExport(given: Arguments, file: string): Promise<void> {
  const blocks = await withChain(given, 'chain', (chain) => exportChain(chain, file));
  print(given, { blocks, file }, `${blocks} blocks written to ${file}.`);
}

async function runImport(given: Arguments, file: string): Promise<void> {
  // Checked first, because a mistyped path must not create a data directory.
  await checkChainFile(file, readNetwork('chain', given.text('network')).idHex);
  const work = async (chain: Chain) => {
    const done = await importChain(chain, file);
    // A disk failure may leave blocks that are stored but not connected.
    await chain.idle();
    return done;
  };
  const { blocks, complete } = await withChain(given, 'chain', work, true);
  const doubt =
    complete === null
      ? ' The file has an older format without an end mark, so kith cannot check whether it is complete. Compare the height with that of other nodes.'
      : '';
  print(given, { blocks, file, complete }, `${blocks} blocks read from ${file}.${doubt}`);
}

export const verifyCommand: Command = {
  help: `kith verify: check a data directory.

Usage: kith verify --network NAME [options]

${DATA_OPTIONS}
  --deep                    connect all blocks again, check every signature and snapshot, and compare the result

No node may be running on this data directory. The exit code is 1 if there is a problem.
`,
  async run(args) {
    const given = readArguments('verify', args, OPTIONS);
    const report = await withChain(given, 'verify', (chain, deps) => {
      let reportedAt = performance.now();
      return verifyChain(chain, deps, given.has('deep'), (done, of) => {
        if (given.has('json') || performance.now() - reportedAt < 2000) return;
        reportedAt = performance.now();
        process.stderr.write(`${done} of ${of} blocks\n`);
      });
    });
    const { height, coins, blocks, problems } = report;
    const good = `No problems: ${blocks} blocks up to height ${height}, ${coins} coins.`;
    print(given, report, problems.length === 0 ? good : problems.join('\n'));
    return problems.length === 0 ? 0 : 1;
  },
};

/** Opens the chain of a data directory without the other parts of a node. */
async function withChain<T>(
  given: Arguments,
  command: string,
  work: (chain: Chain, deps: ChainDeps) => Promise<T>,
  mayBeNew = false,
): Promise<T> {
  const network = readNetwork(command, given.text('network'));
  const path = given.text('datadir') ?? (await defaultDirectory(network));
  // A mistyped path must not be created and then reported as valid because it is empty.
  if (!mayBeNew && !existsSync(join(path, 'chain')) && !existsSync(join(path, 'blocks')))
    throw new KithError('datadir-empty', path, { data: { path } });
  const directory = await openDataDirectory(path);
  installNativeSha256();
  const log = createLog({ sinks: [createConsoleSink(process.stderr, 'warn')], level: 'warn' });
  const [verify, pow] = [await createVerifyPool(), await createPowPool()];
  const { verifyBatch } = verify;
  const { powHashMany } = pow;
  const deps = {
    network,
    directory: directory.path,
    verifyBatch,
    powHash,
    powHashMany,
    clock: systemClock,
    random: systemRandom,
    log,
  };
  try {
    const chain = await createChain(deps);
    try {
      // Waits until blocks that a crash or a rebuild left unconnected are connected.
      await chain.idle();
      return await work(chain, deps);
    } finally {
      await chain.close();
    }
  } finally {
    await verify.close();
    await pow.close();
    await directory.release();
  }
}

function print(given: Arguments, facts: object, sentence: string): void {
  process.stdout.write(given.has('json') ? jsonLine(facts) : plainText(`${sentence}\n`));
}
