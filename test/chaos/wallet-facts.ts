import { decodeBlock } from '../../main/core/primitives/block.ts';
import { encodeAddress } from '../../main/core/primitives/address.ts';
import { REGTEST_NETWORK } from '../../main/core/params/built-in-networks.ts';
import { outpointKey } from '../../main/core/primitives/outpoint.ts';
import { isViolation } from '../../main/core/violation.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { ADDRESS_CHAINS } from '../../shared/contract/vocabulary.ts';

/** What a node says of its wallets, one fact a key, such as `label first rkith1…` and the label. */
export type Facts = ReadonlyMap<string, string>;

const LIMIT = 1000;

/** Opens every wallet: a list that throws is a wallet that cannot be opened. */
export async function readFacts(call: KithClient): Promise<Map<string, string>> {
  const facts = new Map<string, string>();
  for (const { name, kind, backup } of await call.wallet.list({})) {
    facts.set(`wallet ${name}`, kind);
    if (backup !== null) facts.set(`backup ${name}`, backup.place);
    await readWallet(call, name, facts);
  }
  for (const { name, note, addresses } of await call.contacts.list({}))
    facts.set(`contact ${name}`, JSON.stringify([note, addresses.map(({ address }) => address)]));
  facts.set('setting autoLockMinutes', String((await call.wallet.settings({})).autoLockMinutes));
  return facts;
}

async function readWallet(call: KithClient, name: string, facts: Map<string, string>): Promise<void> {
  for (const { address, label } of await addressesOf(call, name))
    if (label !== '') facts.set(`label ${name} ${address}`, label);
  for (const { label, amount } of await call.wallet.requests({ name }))
    facts.set(`request ${name} ${label}`, String(amount));
  const { coins } = await call.wallet.coins({ name, state: 'frozen', limit: LIMIT });
  for (const { txid, index } of coins) facts.set(`frozen ${name} ${txid}:${index}`, 'yes');
  for (const { txid } of await call.wallet.history({ name, limit: LIMIT }))
    facts.set(`payment ${name} ${txid}`, 'yes');
  const setup = await call.wallet.exportSetup({ name }).catch(() => null);
  if (setup !== null) facts.set(`setup ${name}`, setup.setup);
}

async function addressesOf(call: KithClient, name: string) {
  const lists = await Promise.all(
    ADDRESS_CHAINS.map((chain) => call.wallet.addresses({ name, chain, limit: LIMIT })),
  );
  return lists.flatMap(({ addresses }) => addresses);
}

/**
 * What is wrong with these facts after what was acknowledged (`known`) and what the kill may have interrupted (`begun`: its
 * new values; null: removed). Empty if nothing is.
 */
export function problemsOf(actual: Facts, known: Facts, begun: ReadonlyMap<string, string | null>): string[] {
  const problems: string[] = [];
  for (const [key, value] of known) {
    const now = actual.get(key) ?? null;
    const isAllowed = now === value || isBegun(key, now, begun);
    if (!isAllowed) problems.push(`${key} is ${now} instead of ${value}`);
  }
  for (const [key, value] of actual)
    if (!known.has(key) && !isNews(key) && !isBegun(key, value, begun) && !hasBegunLabel(key, value, begun))
      problems.push(`${key} is ${value}, which nobody asked for`);
  return problems;
}

/** `*` stands for a value that only the node knows. */
function isBegun(key: string, now: string | null, begun: ReadonlyMap<string, string | null>): boolean {
  const value = begun.get(key);
  return value === '*' ? now !== null : value === now;
}

/** Payments arise from blocks too. */
const isNews = (key: string): boolean => key.startsWith('payment ');

/** The label of a request whose address the node chose and could not tell any more. */
function hasBegunLabel(key: string, value: string, begun: ReadonlyMap<string, string | null>): boolean {
  return key.startsWith('label ') && [...begun.keys()].some((each) => each.endsWith(` ${value}`));
}

/** The blocks of a chain that never reorganises, read once. */
export function createChainTruth() {
  /** Address and amount of every coin, by its outpoint. */
  const coins = new Map<string, { readonly address: string; readonly amount: number }>();
  let read = 0;
  return {
    /** What blocks say the wallet has. */
    async sum(call: KithClient, name: string): Promise<number> {
      const { height } = await call.chain.tip();
      while (read < height) connect(coins, (await call.chain.block({ height: ++read })).hex);
      const own = new Set((await addressesOf(call, name)).map(({ address }) => address));
      return [...coins.values()].reduce((sum, coin) => sum + (own.has(coin.address) ? coin.amount : 0), 0);
    },
  };
}

function connect(coins: Map<string, { address: string; amount: number }>, hex: string): void {
  const block = decodeBlock(Uint8Array.from(Buffer.from(hex, 'hex')));
  if (isViolation(block)) throw new Error(`a stored block is wrong: ${JSON.stringify(block)}`);
  for (const { inputs, outputs, txid } of block.transactions) {
    for (const input of inputs) coins.delete(outpointKey(input));
    outputs.forEach((output, index) =>
      coins.set(outpointKey({ txid, index }), {
        address: encodeAddress(REGTEST_NETWORK.hrp, output),
        amount: output.amount,
      }),
    );
  }
}
