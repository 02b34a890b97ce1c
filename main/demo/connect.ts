import { readFile } from 'node:fs/promises';
import { connectNode } from '../cli/connect.ts';
import type { Connect } from './demo-nodes.ts';

/** Connects to a node of the demo like a terminal, with the token from its file. */
export const connect: Connect = async ({ api, tokenFile }) => {
  const token = (await readFile(tokenFile, 'utf8')).trim();
  return connectNode({ api, token, where: api });
};
