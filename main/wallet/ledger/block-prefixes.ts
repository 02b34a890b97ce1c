import type { Block } from '../../core/primitives/block.ts';
import { prefixOf } from './keyring.ts';

/** The first four bytes of every lock and of every txid that is spent in a block, see prefixOf. */
export interface BlockPrefixes {
  readonly outputs: Int32Array;
  readonly inputs: Int32Array;
  /** For each transaction the number of outputs up to its last one, and of inputs. */
  readonly outputEnds: Uint32Array;
  readonly inputEnds: Uint32Array;
}

const known = new WeakMap<Block, BlockPrefixes>();

/** Computed once for each block: every wallet of the node looks these up in its own tables. */
export function prefixesOf(block: Block): BlockPrefixes {
  const last = known.get(block);
  if (last !== undefined) return last;
  const { transactions } = block;
  const outputEnds = endsOf(transactions.map(({ outputs }) => outputs.length));
  const inputEnds = endsOf(transactions.map(({ inputs }) => inputs.length));
  const outputs = new Int32Array(outputEnds.at(-1) ?? 0);
  const inputs = new Int32Array(inputEnds.at(-1) ?? 0);
  let [output, input] = [0, 0];
  for (const tx of transactions) {
    for (const { lock } of tx.outputs) outputs[output++] = prefixOf(lock);
    for (const { txid } of tx.inputs) inputs[input++] = prefixOf(txid);
  }
  const prefixes = { outputs, inputs, outputEnds, inputEnds };
  known.set(block, prefixes);
  return prefixes;
}

function endsOf(counts: readonly number[]): Uint32Array {
  let end = 0;
  return Uint32Array.from(counts, (count) => (end += count));
}
