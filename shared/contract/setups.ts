/** Accounts of a recovery phrase, and shared, savings and inheritance wallets. */
import { oc } from '@orpc/contract';
import * as z from 'zod';
import { count, done, height, hex, hexOf, named, password, total, u32, walletName } from './fields.ts';
import { SETUP_KINDS } from './vocabulary.ts';
import { keysHex } from './payment-files.ts';

/** Addition: what a set-up file says (docs/formats/wallet-setup.md). */
export const setupView = z.object({
  kind: z.enum(SETUP_KINDS),
  /** Number of people who must sign; 1 unless shared. */
  m: count,
  /** The height of the time lock; 0 for a shared wallet. */
  height,
  /** 40 hex digits that all people compare. */
  fingerprint: hex,
  people: z.array(
    z.object({
      name: z.string(),
      account: count,
      /** 20 hex digits of the public keys that the set-up has of this person. */
      fingerprint: hex,
      /** The wallet of this node with these keys. */
      wallet: z.string().nullable(),
    }),
  ),
  /** Number of addresses that it can give out. */
  keys: count,
  /** Number of keys for change. */
  changeKeys: count,
  firstAddress: z.string(),
});

/** Addition: an account of a recovery phrase that has coins, or a wallet here. */
export const foundAccount = z.object({
  account: count,
  coins: count,
  amount: total,
  wallet: z.string().nullable(),
});

const people = z
  .array(keysHex)
  .min(1, 'name at least one other person')
  .max(6, 'must have at most 6 other people');

/** What an unused wallet becomes. `keys`: the public keys of the other people. */
const setupRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('shared'), m: z.int().min(1).max(7), keys: people }),
  z.strictObject({ kind: z.literal('savings'), height }),
  z.strictObject({
    kind: z.literal('inheritance'),
    height,
    role: z.enum(['owner', 'heir']),
    keys: people.max(1, 'must have one other person'),
  }),
]);

const setupHex = hexOf(500_000, 'the set-up');

const withPassword = z.strictObject({ name: walletName, password });

export const setupsContract = {
  /**
   * Addition: a wallet of a further account of the recovery phrase of `from`, with the same password. Without `account` the first that
   * no wallet here has.
   */
  createAccount: oc
    .input(z.strictObject({ from: walletName, name: walletName, password, account: u32.optional() }))
    .output(z.object({ name: z.string(), account: count, firstAddress: z.string() })),
  /** Addition: the accounts 0 to 20 of a recovery phrase that have coins, or a wallet here. */
  findAccounts: oc.input(withPassword).output(z.array(foundAccount)),
  /** Addition: turns an unused wallet into a shared, savings or inheritance wallet. */
  createSetup: oc.input(withPassword.extend({ setup: setupRequest })).output(z.object({ setup: hex })),
  /** Addition: the same with the set-up that another person created. */
  joinSetup: oc.input(withPassword.extend({ setup: setupHex })).output(done),
  /** Addition: the set-up of a wallet; with the recovery phrase it restores the wallet. */
  exportSetup: oc.input(named).output(z.object({ setup: hex })),
  /** Addition: what a set-up says; stores nothing. */
  inspectSetup: oc.input(z.strictObject({ setup: setupHex })).output(setupView),
};

export type SetupView = z.infer<typeof setupView>;
export type FoundAccount = z.infer<typeof foundAccount>;
