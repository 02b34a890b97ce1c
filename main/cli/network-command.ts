import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isNetworkName } from '../core/params/network.ts';
import { writeNetworkFile } from '../core/params/network-file.ts';
import { KithError, messageOf } from '../lib/errors.ts';
import { silentLog } from '../lib/log.ts';
import { readArguments, readNumber, wrong } from './arguments.ts';
import type { Command } from './command.ts';
import { bootstrapLink, createNetworkHere } from '../node/create-network.ts';
import { readAddresses } from '../node/peer-addresses.ts';
import { jsonLine } from './printing.ts';

const HELP = `kith network create: create a network.

Usage: kith network create --name NAME [options]

  --name NAME               name of the network, 1 to 64 printable ASCII characters
  --spacing SECONDS         time between blocks, 1 to 3600 (default: 60)
  --port PORT               port on which the nodes of this network listen (default: 21475)
  --bootstrap MULTIADDR …   bootstrap nodes for new nodes
  --out FILE                path of the network file (default: NAME.kith.json in the current folder)
  --json                    print one JSON line

The command measures the hash rate of this computer, sets the difficulty to match, and mines the first block. This takes about
the time between two blocks.
Every user who joins needs the file: kith node --network FILE
`;

const OPTIONS = {
  name: 'text',
  spacing: 'text',
  port: 'text',
  bootstrap: 'list',
  out: 'path',
  json: 'flag',
} as const;

export const networkCommand: Command = {
  help: HELP,
  async run([verb, ...args]) {
    if (verb !== 'create') throw wrong('argument-missing', 'network', 'Give a command: kith network create');
    const given = readArguments('network', args, OPTIONS);
    const name = given.text('name');
    if (name === undefined || !isNetworkName(name)) {
      throw wrong(
        'argument-invalid',
        'network',
        'Give the network a name of 1 to 64 printable ASCII characters with --name',
      );
    }
    const number = (option: string, least: number, most: number, otherwise: number) =>
      readNumber('network', option, given.text(option), { least, most, otherwise });
    const parameters = {
      name,
      spacing: number('spacing', 1, 3600, 60),
      defaultPort: number('port', 1, 65_535, 21_475),
      bootstrap: readAddresses(given.list('bootstrap')),
    };
    const file = given.text('out') ?? `${name.replace(/[^A-Za-z0-9_-]+/g, '-')}.kith.json`;
    // Checked before mining, which takes a minute.
    if (existsSync(file)) throw unwritable(file, new Error('a file with this name exists already'));
    const folder = dirname(file);
    if (!existsSync(folder)) throw new KithError('folder-missing', folder, { data: { folder } });
    if (!given.has('json'))
      process.stderr.write(
        `Measuring the hash rate and mining the first block: about ${parameters.spacing} s.\n`,
      );
    const network = await createNetworkHere(parameters, silentLog);
    write(file, writeNetworkFile(network));
    const { idHex, hrp } = network;
    const join = bootstrapLink(network);
    const lines = given.has('json')
      ? jsonLine({ file, name, networkId: idHex, hrp, join })
      : `The network “${name}” was created: ${file}\nIts id is ${idHex}, its addresses begin with ${hrp}1.\nRun a node of it: kith node --network ${file.includes('/') ? file : `./${file}`}${join === null ? '' : `\nOr join it through its bootstrap nodes: kith node --join '${join}'`}\n`;
    process.stdout.write(lines);
    return 0;
  },
};

function write(file: string, text: string): void {
  try {
    // Never overwrites the file of another network: without it the user could not join that network again.
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    throw unwritable(file, error);
  }
}

function unwritable(file: string, cause: unknown): KithError {
  return new KithError('network-file-unwritable', messageOf(cause), {
    cause,
    data: { file, reason: messageOf(cause) },
  });
}
