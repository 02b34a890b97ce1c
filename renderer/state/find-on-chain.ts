import type { KithClient } from '../../shared/contract/contract.ts';
import { isLinkProblem, parseTarget } from '../../shared/payment-link.ts';
import { readHeight, readId } from '../../shared/pasted.ts';
import { problemOf } from './problem.ts';

/** What a typed text is on the chain of the node. */
export type Found =
  | { readonly kind: 'block' | 'transaction'; readonly about: string }
  | { readonly kind: 'address'; readonly owners: readonly Owner[] }
  | { readonly kind: 'nothing'; readonly why: string };

/** A wallet of the node that an address is of, and what it received there. */
export interface Owner {
  readonly wallet: string;
  readonly address: string;
  readonly label: string;
  readonly payments: number;
  readonly received: number;
}

type Client = {
  readonly chain: Pick<KithClient['chain'], 'header' | 'transaction'>;
  readonly wallet: Pick<KithClient['wallet'], 'owners' | 'addresses'>;
};

/** Asks the node alone: no address that a person looks for leaves this computer. */
export async function findOnChain(client: Client, typed: string, tip: number): Promise<Found> {
  const height = readHeight(typed);
  if (height !== null) {
    if (height <= tip) return { kind: 'block', about: String(height) };
    return nothing('The chain has no block of this height yet.');
  }
  const id = readId(typed);
  if (id !== null) return findId(client, id);
  const target = parseTarget(typed);
  if (!isLinkProblem(target) && /^[0-9a-z]{30,160}$/i.test(target.address))
    return findAddress(client, target.address);
  return nothing('This is no height, id of 64 digits or address.');
}

const nothing = (why: string): Found => ({ kind: 'nothing', why });

async function findId({ chain }: Client, id: string): Promise<Found> {
  if (await exists(chain.header({ id }))) return { kind: 'block', about: id };
  if (await exists(chain.transaction({ txid: id }))) return { kind: 'transaction', about: id };
  return nothing('This node has no block and no transaction with this id.');
}

async function exists(answer: Promise<unknown>): Promise<boolean> {
  try {
    await answer;
    return true;
  } catch (error) {
    if (['block-unknown', 'transaction-unknown'].includes(problemOf(error).code)) return false;
    throw error;
  }
}

async function findAddress({ wallet }: Client, address: string): Promise<Found> {
  const owners = await wallet.owners({ addresses: [address] });
  if (owners.length === 0)
    return nothing(
      'This address is of no wallet of this node. Kith finds the payments of its own wallets only: a list of all addresses would be many times as large.',
    );
  const found = owners.map(async ({ wallet: name, chain, ...owner }): Promise<Owner> => {
    const page = await wallet.addresses({ name, chain, search: owner.address, limit: 1 });
    const { payments = 0, received = 0 } = page.addresses[0] ?? {};
    return { ...owner, wallet: name, payments, received };
  });
  return { kind: 'address', owners: await Promise.all(found) };
}
