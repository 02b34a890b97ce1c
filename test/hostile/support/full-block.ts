import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import {
  type Block,
  blockMerkleRoot,
  createBlock,
  decodeBlock,
} from '../../../main/core/primitives/block.ts';
import { createHeader } from '../../../main/core/primitives/header.ts';
import { createTransaction, type Transaction } from '../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../main/core/violation.ts';
import type { NodeProcess } from '../../support/nodes/node-process.ts';
import { blockAt, hasWork } from './blocks.ts';

const NOTHING = new Uint8Array(0);
/** A lock of a type that no rule knows yet: anybody may spend its coins, without a signature. */
const ANYBODY = { lockType: 2, lock: NOTHING } as const;
const MATURITY = REGTEST_NETWORK.params.maturity;

/** Mines a block of so many transactions without signatures on this node: one coin that is handed on. */
export async function mineFullBlock({ call }: NodeProcess, transactions: number): Promise<Block> {
  const address = encodeAddress(REGTEST_NETWORK.hrp, ANYBODY);
  await call.mining.generate({ address, blocks: 1 + MATURITY });
  const { height } = await call.chain.tip();
  const { hex } = await call.mining.template({ address });
  const template = decodeBlock(Uint8Array.from(Buffer.from(hex, 'hex')));
  if (isViolation(template)) throw new Error(template.code);
  const funding = await blockAt({ call } as NodeProcess, height - MATURITY);
  const all = [template.transactions[0]!, ...handedOn(funding.transactions[0]!, transactions)];
  const merkle = blockMerkleRoot(all);
  for (let nonce = 0; ; nonce++) {
    const header = createHeader({ ...template.header, merkle, nonce });
    if (!hasWork(header)) continue;
    const block = createBlock(header, all);
    await call.chain.submit({ hex: Buffer.from(block.bytes).toString('hex') });
    return block;
  }
}

function handedOn(from: Transaction, count: number): Transaction[] {
  const { amount } = from.outputs[0]!;
  const made: Transaction[] = [];
  for (let last = from; made.length < count; last = made.at(-1)!) {
    const inputs = [{ txid: last.txid, index: 0 }];
    const outputs = [{ amount, ...ANYBODY }];
    made.push(
      createTransaction({ version: 1, validFrom: 0, expires: 0, inputs, outputs, witness: [NOTHING] }),
    );
  }
  return made;
}
