import { absolutePath } from '../lib/given-path.ts';
import { KithError, messageOf } from '../lib/errors.ts';
import { writeNewFile } from '../lib/save-file.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { connectNode } from './connect.ts';
import { findNode } from './find-node.ts';
import { plainText } from './printing.ts';

const OPTIONS = { datadir: 'path', api: 'text', 'token-file': 'path' } as const;

export const diagnosisCommand: Command = {
  help: `kith diagnosis: write facts about a running node, to send to a developer.

Usage: kith diagnosis [options] [FILE]

  --datadir FOLDER    the node that runs on this data directory; needed when several run
  --api URL           or the node with its API at this URL …
  --token-file FILE   … with the token in this file

Without FILE the text is printed. It has the version, the state of the node, counts of peers, measurements, and the last
lines of the log. It has no IP address, no peer id, no address of coins, no transaction id, no amount, no name of a wallet or a
contact, and no folder. Kith sends it nowhere. Read it before you send it.
`,
  async run(args) {
    const given = readArguments('diagnosis', args, OPTIONS, 1);
    const [name] = given.positionals;
    const file = name === undefined ? null : absolutePath(name, 'file', 'diagnosis');
    const node = await connectNode(await findNode(given));
    try {
      const { text } = await node.client.node.diagnosis({});
      if (file === null) process.stdout.write(plainText(text));
      else await save(file, text);
    } finally {
      node.close();
    }
    return 0;
  },
};

async function save(file: string, text: string): Promise<void> {
  await writeNewFile(file, new TextEncoder().encode(text)).catch((error: unknown) => {
    throw new KithError('diagnosis-unsaved', messageOf(error), { cause: error, data: { file } });
  });
  process.stdout.write(`The diagnosis was written to ${plainText(file)}. Read it before you send it.\n`);
}
