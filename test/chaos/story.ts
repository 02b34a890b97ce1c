import { committedSnapshotHeight } from '../../main/core/consensus/snapshot-rules.ts';
import type { Block } from '../../main/core/primitives/block.ts';
import { RECORD_TAG } from '../../main/core/primitives/records.ts';
import type { Lock } from '../../main/core/primitives/coin.ts';
import { isViolation } from '../../main/core/violation.ts';
import type { Chain } from '../../main/chain/chain.ts';
import type { Random } from '../support/random.ts';
import {
  coinbaseOf,
  mineOn,
  openTestChain,
  type Parent,
  parentOf,
  pay,
  testKey,
  tipOf,
} from '../support/chain/test-chain.ts';

/** Makes up what happens to the chain: blocks with payments, and branches that overtake. */
export interface Story {
  /** The next blocks in the order in which a node hears of them; the last one is the new tip. */
  chapter(): Promise<readonly Uint8Array[]>;
  /** Branches that overtook so far, and how many of them went over a block that names a snapshot. */
  turns(): { readonly all: number; readonly overCommitment: number };
  close(): Promise<void>;
}

const DEEPEST = 9;

export async function createStory(random: Random, payTo: Lock): Promise<Story> {
  const chain = await openTestChain();
  const author = testKey(1);
  const spendable: Block[] = [];
  let [turns, overCommitment] = [0, 0];

  const payment = () => {
    // Old enough to be mature on whatever branch it ends up.
    const at = spendable.findIndex((block) => block.header.height + 20 < chain.tip().height);
    const block = at < 0 ? undefined : spendable.splice(at, 1)[0];
    if (!block || !chain.getCoin(coinbaseOf(block).outpoint)) return undefined;
    const coin = coinbaseOf(block);
    const half = coin.coin.amount / 2;
    return pay(chain, [coin], author.secret, [
      { amount: half, lock: payTo },
      { amount: half - 10_000, lock: author.lock },
    ]);
  };

  const write = async (parent: Parent, root: Uint8Array | null, own: boolean): Promise<Block> => {
    const tx = own && random.next() < 0.5 ? payment() : undefined;
    const records = root
      ? [{ tag: RECORD_TAG.snapshotRoot, bytes: root }]
      : [{ tag: RECORD_TAG.extraNonce, bytes: random.bytes(4) }];
    const toWallet = random.next() < 0.2;
    const block = mineOn(chain, parent, {
      records,
      payTo: toWallet ? payTo : author.lock,
      ...(tx ? { transactions: [tx], fees: 10_000 } : {}),
    });
    const result = await chain.submitBlock(block.bytes);
    if (isViolation(result)) throw new Error(`the story is wrong: ${JSON.stringify(result)}`);
    if (!toWallet) spendable.push(block);
    return block;
  };

  const goOn = async (): Promise<Uint8Array[]> => {
    const blocks: Uint8Array[] = [];
    for (let i = 0; i <= random.int(3); i++) {
      blocks.push((await write(tipOf(chain), await chain.nextSnapshotRoot(), true)).bytes);
    }
    return blocks;
  };

  const turn = async (): Promise<Uint8Array[]> => {
    const depth = 1 + random.int(DEEPEST);
    const fork = chain.tip().height - depth;
    const due = dueBetween(chain, fork + 1, fork + depth + 1);
    // A block that has to name a snapshot of its own branch could only be written once the branch has won.
    if (fork < 1 || (due && due.named > fork)) return goOn();
    const root = due && (await chain.snapshotRootOf(due.named));
    if (due && !root) return goOn();
    turns++;
    if (due) overCommitment++;
    const entry = chain.atHeight(fork)!;
    let at: Parent = {
      idBytes: Uint8Array.from(Buffer.from(entry.id, 'hex')),
      height: fork,
      time: entry.time,
    };
    const blocks: Uint8Array[] = [];
    for (let i = 0; i <= depth; i++) {
      const block = await write(at, at.height + 1 === due?.height ? root : null, false);
      blocks.push(block.bytes);
      at = parentOf(block);
    }
    return blocks;
  };

  return {
    chapter: () => (random.next() < 0.4 ? turn() : goOn()),
    turns: () => ({ all: turns, overCommitment }),
    close: () => chain.close(),
  };
}

/** The block between these that has to name a snapshot, and of which height. */
function dueBetween(chain: Chain, from: number, to: number): { height: number; named: number } | null {
  for (let height = from; height <= to; height++) {
    const named = committedSnapshotHeight(height, chain.network.params);
    if (named !== null) return { height, named };
  }
  return null;
}
