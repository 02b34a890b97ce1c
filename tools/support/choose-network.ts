import path from 'node:path';
import { loadNetworkFile } from '../../main/node/read-network.ts';
import { faultFrom } from '../../main/cli/report.ts';

/** What was chosen: a network to live on, the demo (null), or a sentence that says why it can't be that. */
export type Choice = { readonly network: string | null } | { readonly problem: string };

export const QUESTION = `Which network should Kith live on?
  1  the demo: a small living network on this machine, with money that is worth nothing
  2  the test network
  or the path of a network file that somebody gave you`;

/**
 * Reads an answer to the question. A file is looked into at once: a choice is remembered, and one that can't be followed
 * would stand in the way of every start to come.
 */
export function readChoice(answer: string): Choice {
  const text = answer.trim();
  if (text === '' || text === '1') return { network: null };
  if (text === '2') return { network: 'test' };
  const file = path.resolve(text);
  try {
    loadNetworkFile(file);
    return { network: file };
  } catch (error) {
    return { problem: faultFrom(error).message };
  }
}
