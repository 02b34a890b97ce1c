import path from 'node:path';
import { loadNetworkFile } from '../../main/node/read-network.ts';
import { faultFrom } from '../../main/cli/report.ts';

/** The choice: a network, the demo (null), or a sentence about why the answer cannot be used. */
export type Choice = { readonly network: string | null } | { readonly problem: string };

export const QUESTION = `Which network should Kith use?
  1  the demo: several nodes on this computer, with coins that have no value
  2  the test network
  or the path of a network file`;

/**
 * Reads an answer to the question. A network file is read at once, because the choice is stored, and an invalid file
 * would make every later start fail.
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
