import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { plainSha256 } from '../../../main/core/crypto/hash.ts';
import { createTransaction } from '../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { toHex } from '../../../main/core/codec/hex.ts';
import {
  decodePaymentFile,
  encodePaymentFile,
  isPaymentFileProblem,
  type PaymentFile,
} from '../../../main/wallet/signing/payment-file.ts';
import {
  decodePublicKeys,
  encodePublicKeys,
  isPublicKeysProblem,
} from '../../../main/wallet/files/public-keys-file.ts';
import { testKey } from '../../support/chain/test-chain.ts';
import {
  eventually,
  MATURITY,
  network,
  openWorld,
  PASSWORD,
  SUBSIDY,
  walletWithCoins,
  type World,
} from './world.ts';

// Two computers with one wallet: `offline` has the recovery phrase and never hears of a block, `online` watches.
let offline: World;
let online: World;
beforeEach(async () => {
  offline = await openWorld();
  online = await openWorld();
});
afterEach(async () => {
  await offline.stop();
  await online.stop();
});

const STRANGER = encodeAddress(network.hrp, testKey(7).lock);
const fails = (work: unknown, code: string) =>
  expect(Promise.resolve().then(() => work)).rejects.toMatchObject({ code });
const failsNow = (work: () => unknown, code: string) =>
  expect(Promise.resolve().then(work)).rejects.toMatchObject({ code });

async function watch(ahead?: number): Promise<void> {
  await offline.wallets.create({ name: 'vault', password: PASSWORD, words: 12 });
  if (ahead !== undefined) await offline.wallets.unlock('vault', PASSWORD);
  const { keys } = await offline.wallets.exportKeys('vault', ahead);
  if (ahead !== undefined) offline.wallets.lock('vault');
  await online.wallets.createWatchOnly({ name: 'watch', keys });
}

/** A watch-only wallet with coins, and an unsigned payment of it to a stranger. */
async function unsigned(amount = 50_000_000): Promise<Uint8Array> {
  await watch();
  await online.mine(1, online.wallets.payout('watch'));
  await online.mine(MATURITY);
  const { draft } = await online.wallets.prepare({ name: 'watch', to: [{ address: STRANGER, amount }] });
  return online.wallets.exportPayment(draft, 'rent');
}
const sign = (payment: Uint8Array) =>
  offline.wallets.signPayment({ name: 'vault', payment, password: PASSWORD });
const broadcast = async (payment: Uint8Array) => {
  const sent = await online.wallets.broadcastPayment(payment);
  if (isViolation(sent)) throw new Error(JSON.stringify(sent));
  return sent.txid;
};

function edited(bytes: Uint8Array, change: (file: PaymentFile) => Partial<PaymentFile>): Uint8Array {
  const file = decodePaymentFile(bytes);
  if (isPaymentFileProblem(file)) throw new Error(file);
  return encodePaymentFile({ ...file, ...change(file) });
}

describe('a watch-only wallet', () => {
  test('has the addresses, the balance and the history of the wallet that it watches, and no secret', async () => {
    await watch();
    expect(online.wallets.list()).toEqual([
      {
        name: 'watch',
        locked: true,
        phraseChecked: true,
        kind: 'watch-only',
        backup: null,
        spendableFrom: 0,
        fixedAddresses: false,
      },
    ]);
    expect(await online.wallets.address('watch')).toBe(await offline.wallets.address('vault'));
    expect(await online.wallets.newAddress('watch')).toBe(await offline.wallets.newAddress('vault'));
    await online.mine(1, online.lockOf(await offline.wallets.address('vault')));
    await online.mine(MATURITY);
    expect(await online.wallets.balance('watch')).toMatchObject({ available: SUBSIDY });
    expect(await online.wallets.history({ name: 'watch', limit: 9 })).toHaveLength(1);
    const { draft } = await online.wallets.prepare({
      name: 'watch',
      to: [{ address: STRANGER, amount: 'all' }],
    });
    await fails(online.wallets.confirm(draft, PASSWORD), 'wallet-watch-only');
    await fails(online.wallets.unlock('watch', PASSWORD), 'wallet-watch-only');
    await fails(online.wallets.words('watch', PASSWORD), 'wallet-watch-only');
    await fails(online.wallets.changePassword('watch', PASSWORD, 'another one'), 'wallet-watch-only');
  });

  test('is the same after a restart of its node', async () => {
    await watch();
    await online.mine(1, online.wallets.payout('watch'));
    await online.mine(MATURITY);
    const before = await online.wallets.balance('watch');
    await online.stop();
    online = await openWorld({ directory: online.directory });
    expect(online.wallets.list()).toMatchObject([{ name: 'watch', kind: 'watch-only' }]);
    expect(await online.wallets.balance('watch')).toEqual(before);
    expect(before.available).toBe(SUBSIDY);
  });

  test('reaches as far as the exported keys: 120 of a locked wallet, as many as wanted of an unlocked one', async () => {
    await offline.wallets.create({ name: 'vault', password: PASSWORD, words: 12 });
    const { keys, ...locked } = await offline.wallets.exportKeys('vault');
    expect(locked).toMatchObject({ receive: 120, change: 120, ahead: 120 });
    await offline.wallets.unlock('vault', PASSWORD);
    const more = await offline.wallets.exportKeys('vault', 300);
    expect(more).toMatchObject({ receive: 300, change: 300, ahead: 300 });
    offline.wallets.lock('vault');
    expect(await offline.wallets.exportKeys('vault')).toMatchObject({
      receive: 300,
      fingerprint: more.fingerprint,
    });
    expect(more.fingerprint).not.toBe(locked.fingerprint);
    expect(offline.wallets.inspectKeys(keys)).toEqual({
      name: 'vault',
      account: 0,
      fingerprint: locked.fingerprint,
      receive: 120,
      change: 120,
      firstAddress: await offline.wallets.address('vault'),
      wallet: 'vault',
    });
  });

  test('of few keys for change pays, with the first of them', async () => {
    await offline.wallets.create({ name: 'vault', password: PASSWORD, words: 12 });
    const file = decodePublicKeys((await offline.wallets.exportKeys('vault')).keys);
    if (isPublicKeysProblem(file)) throw new Error(file);
    const keys = encodePublicKeys({ ...file, change: file.change.subarray(0, 32 * 3) });
    await online.wallets.createWatchOnly({ name: 'watch', keys });
    expect(online.wallets.payout('watch')).toEqual({ lockType: 0, lock: file.change.subarray(0, 32) });
    await online.mine(1, online.wallets.payout('watch'));
    await online.mine(MATURITY);
    const to = [{ address: STRANGER, amount: 50_000_000 }];
    const { draft } = await online.wallets.prepare({ name: 'watch', to });
    expect((await sign(online.wallets.exportPayment(draft))).complete).toBe(true);
  });

  test('says that keys run out, is given more, and then finds the payment that it missed', async () => {
    await watch();
    await offline.wallets.unlock('vault', PASSWORD);
    const { keys: more } = await offline.wallets.exportKeys('vault', 300);
    const file = decodePublicKeys(more);
    if (isPublicKeysProblem(file)) throw new Error(file);
    const lock = (index: number) => ({
      lockType: 0,
      lock: file.receive.subarray(32 * index, 32 * index + 32),
    });
    await online.mine(1, lock(50));
    await online.mine(1, lock(130));
    await eventually(() => online.wallets.notices().map(({ code }) => code)).toContain('wallet-watch-short');
    expect((await online.wallets.balance('watch')).immature).toBe(SUBSIDY);
    expect(await online.wallets.addKeys('watch', more)).toEqual({ receive: 300, change: 300 });
    await eventually(async () => (await online.wallets.balance('watch')).immature).toBe(2 * SUBSIDY);
    expect(online.wallets.notices()).toEqual([]);
    expect(await online.wallets.addKeys('watch', more)).toEqual({ receive: 300, change: 300 });
  });

  test('refuses keys of another wallet or network, and corrupt files', async () => {
    await watch();
    const { keys } = await offline.wallets.exportKeys('vault');
    await fails(online.wallets.createWatchOnly({ name: 'again', keys }), 'wallet-keys-known');
    await fails(online.wallets.createWatchOnly({ name: 'watch', keys }), 'wallet-exists');
    await offline.wallets.create({ name: 'other', password: PASSWORD, words: 12 });
    const { keys: others } = await offline.wallets.exportKeys('other');
    await fails(online.wallets.addKeys('watch', others), 'keys-file-other');
    await fails(offline.wallets.addKeys('vault', keys), 'keys-file-not-watch');
    const file = decodePublicKeys(keys);
    if (isPublicKeysProblem(file)) throw new Error(file);
    const elsewhere = encodePublicKeys({ ...file, network: new Uint8Array(32).fill(1) });
    await failsNow(() => online.wallets.inspectKeys(elsewhere), 'keys-file-network');
    await failsNow(() => online.wallets.inspectKeys(keys.subarray(1)), 'keys-file-malformed');
    const newer = Buffer.from(keys.subarray(0, -32));
    newer[7] = 2;
    const resealed = Buffer.concat([newer, plainSha256(newer)]);
    await failsNow(() => online.wallets.inspectKeys(resealed), 'keys-file-newer');
  });

  test('of a list of addresses shows their payments, and prepares payments whose change goes to the first', async () => {
    await offline.wallets.create({ name: 'vault', password: PASSWORD, words: 12 });
    const addresses = [await offline.wallets.address('vault'), await offline.wallets.newAddress('vault')];
    const made = await online.wallets.createWatchOnly({
      name: 'list',
      addresses: [...addresses, addresses[0]!],
    });
    expect(made).toEqual({ firstAddress: addresses[0] });
    expect(online.wallets.list()).toMatchObject([{ name: 'list', kind: 'watch-only', fixedAddresses: true }]);
    await online.mine(1, online.lockOf(addresses[1]!));
    await online.mine(MATURITY);
    expect((await online.wallets.balance('list')).available).toBe(SUBSIDY);
    // The last address was paid, and there is no other one.
    expect(await online.wallets.address('list')).toBe(addresses[1]);
    await fails(online.wallets.newAddress('list'), 'wallet-keys-end');
    await fails(online.wallets.exportKeys('list'), 'keys-file-none');
    expect(online.wallets.notices()).toEqual([]);
    const to = [{ address: STRANGER, amount: 70_000_000 }];
    const { draft, outputs } = await online.wallets.prepare({ name: 'list', to });
    expect(outputs.find(({ change }) => change)?.address).toBe(addresses[0]);
    const signed = await sign(online.wallets.exportPayment(draft));
    expect(signed.complete).toBe(true);
    const txid = await broadcast(signed.payment);
    expect(online.mempool.has(txid)).toBe(true);
  });
});

test('a watch-only wallet does not keep the full one with its keys from being restored beside it', async () => {
  await watch();
  const { bytes } = await offline.wallets.backup('vault', PASSWORD);
  expect(await online.wallets.inspectBackup(bytes, PASSWORD)).toMatchObject({ name: 'vault', wallet: null });
  await online.wallets.restoreBackup({ password: PASSWORD, bytes });
  expect(online.wallets.list().map(({ name, kind }) => [name, kind])).toEqual([
    ['vault', 'full'],
    ['watch', 'watch-only'],
  ]);
  expect(await online.wallets.inspectBackup(bytes, PASSWORD)).toMatchObject({ wallet: 'vault' });
  const again = { name: 'again', password: PASSWORD, bytes };
  await fails(online.wallets.restoreBackup(again), 'wallet-keys-known');
  await online.wallets.delete({ name: 'watch' });
  expect(online.wallets.list().map(({ name }) => name)).toEqual(['vault']);
});

describe('a payment that is signed elsewhere', () => {
  test('is prepared, signed without a node that knows the coins, sent once, and mined', async () => {
    const payment = await unsigned();
    const before = await offline.wallets.inspectPayment(payment);
    expect(before).toMatchObject({
      wallet: 'vault',
      canSign: true,
      note: 'rent',
      signed: 0,
      complete: false,
    });
    expect(before.outputs.map(({ amount, change }) => [amount, change])).toContainEqual([50_000_000, false]);
    expect(before.inputs).toMatchObject([{ amount: SUBSIDY, own: true }]);
    expect(before.warnings.map(({ code }) => code)).toEqual(['coins-unchecked']);
    const signed = await sign(payment);
    const after = await online.wallets.inspectPayment(signed.payment);
    expect(after).toMatchObject({ wallet: 'watch', canSign: false, signed: 1, complete: true, warnings: [] });
    expect([after.txid, after.fee]).toEqual([before.txid, before.fee]);
    const txid = await broadcast(signed.payment);
    expect(txid).toBe(after.txid);
    expect(await broadcast(signed.payment)).toBe(txid);
    await online.mine(1);
    expect(await broadcast(signed.payment)).toBe(txid);
    const [entry] = await online.wallets.history({ name: 'watch', limit: 1 });
    expect(entry).toMatchObject({ txid, state: 'mined', label: 'rent', fee: after.fee });
  });

  test('is signed with keys beyond those that the offline node has derived', async () => {
    await watch(400);
    const file = await offline.wallets.exportKeys('vault');
    const keys = decodePublicKeys(file.keys);
    if (isPublicKeysProblem(keys)) throw new Error(keys);
    // The offline computer is set up again from the recovery phrase, and knows 120 keys.
    const { mnemonic } = await offline.wallets.words('vault', PASSWORD);
    await offline.stop();
    offline = await openWorld();
    await offline.wallets.restore({ name: 'vault', password: PASSWORD, mnemonic });
    for (const index of [99, 199, 260])
      await online.mine(1, { lockType: 0, lock: keys.receive.subarray(32 * index, 32 * index + 32) });
    await online.mine(MATURITY);
    const all = [{ address: STRANGER, amount: 2 * SUBSIDY + 50_000_000 }];
    const { draft } = await online.wallets.prepare({ name: 'watch', to: all });
    const payment = online.wallets.exportPayment(draft);
    const view = await offline.wallets.inspectPayment(payment, 'vault');
    expect(view.inputs.map(({ own }) => own).sort()).toEqual([false, false, true]);
    const signed = await sign(payment);
    expect(signed.complete).toBe(true);
    expect(online.mempool.has(await broadcast(signed.payment))).toBe(true);
  });

  test('is refused for what is wrong with it, and nothing is signed or sent', async () => {
    const payment = await unsigned();
    const { payment: signed } = await sign(payment);
    await fails(online.wallets.broadcastPayment(payment), 'payment-file-unsigned');
    await fails(sign(payment.subarray(1)), 'payment-file-malformed');
    await fails(sign(edited(payment, () => ({ network: new Uint8Array(32) }))), 'payment-file-network');
    await fails(
      offline.wallets.signPayment({ name: 'vault', payment, password: 'wrong' }),
      'wallet-password',
    );
    await fails(
      online.wallets.signPayment({ name: 'watch', payment, password: PASSWORD }),
      'wallet-watch-only',
    );
    await fails(offline.wallets.signUnlocked({ name: 'vault', payment }), 'wallet-locked');

    await offline.wallets.create({ name: 'other', password: PASSWORD, words: 12 });
    const byOtherWallet = { name: 'other', payment, password: PASSWORD };
    await fails(offline.wallets.signPayment(byOtherWallet), 'payment-file-foreign');
    await fails(offline.wallets.broadcastPayment(await foreignOf(signed)), 'payment-file-signature');

    const elsewhere = edited(signed, (file) => ({
      tx: createTransaction({
        ...file.tx,
        outputs: file.tx.outputs.map((output) => ({ ...output, ...testKey(9).lock })),
      }),
    }));
    await fails(online.wallets.broadcastPayment(elsewhere), 'payment-file-signature');
    await fails(sign(elsewhere), 'payment-file-signature');
    expect([...online.mempool.entries()]).toEqual([]);
  });

  test('that calls a foreign output change is not signed', async () => {
    const payment = await unsigned();
    const forged = edited(payment, (file) => ({
      change: file.tx.outputs.map(() => ({ chain: 1, index: 500 }) as const),
    }));
    const view = await offline.wallets.inspectPayment(forged);
    expect(view.warnings.map(({ code }) => code)).toContain('change-unchecked');
    await fails(sign(forged), 'payment-file-change');
    await fails(
      sign(
        edited(payment, (file) => ({
          change: file.tx.outputs.map(() => ({ chain: 1, index: 2 ** 31 }) as const),
        })),
      ),
      'payment-file-change',
    );
  });

  test('that calls another own key change is not signed, and shown as one to a receiver', async () => {
    const payment = await unsigned();
    const keys = decodePublicKeys((await offline.wallets.exportKeys('vault')).keys);
    if (isPublicKeysProblem(keys)) throw new Error(keys);
    const changeTo = (list: 'receive' | 'change', at: number, hint: { chain: 0 | 1; index: number }) =>
      edited(payment, ({ tx, change }) => {
        const lock = keys[list].subarray(32 * at, 32 * at + 32);
        const outputs = tx.outputs.map((output, i) => (change[i] === null ? output : { ...output, lock }));
        return {
          tx: createTransaction({ ...tx, outputs }),
          change: change.map((path) => path && hint),
        };
      });
    for (const chain of [0, 1] as const) {
      const forged = changeTo('receive', 90, { chain, index: 90 });
      const { outputs } = await offline.wallets.inspectPayment(forged);
      expect(outputs.filter(({ change }) => change)).toEqual([]);
      await fails(sign(forged), 'payment-file-change');
    }
    await fails(sign(changeTo('receive', 110, { chain: 1, index: 0 })), 'payment-file-change');
    await fails(sign(changeTo('change', 110, { chain: 1, index: 0 })), 'payment-file-change');
    expect((await sign(changeTo('change', 3, { chain: 1, index: 3 }))).complete).toBe(true);
  });

  test('whose change goes to a key that a restore would not find is shown as one to a receiver', async () => {
    await watch(400);
    await online.mine(1, online.wallets.payout('watch'));
    await online.mine(MATURITY);
    const to = [{ address: STRANGER, amount: 50_000_000 }];
    const { draft } = await online.wallets.prepare({ name: 'watch', to });
    const payment = online.wallets.exportPayment(draft);
    const keys = decodePublicKeys((await offline.wallets.exportKeys('vault')).keys);
    if (isPublicKeysProblem(keys)) throw new Error(keys);
    const changeTo = (index: number, isHinted = true) =>
      edited(payment, ({ tx, change }) => {
        const lock = keys.change.subarray(32 * index, 32 * index + 32);
        const outputs = tx.outputs.map((output, at) => (change[at] === null ? output : { ...output, lock }));
        const hinted = change.map((path) =>
          path === null || !isHinted ? null : ({ chain: 1, index } as const),
        );
        return { tx: createTransaction({ ...tx, outputs }), change: hinted };
      });
    const seen = async (file: Uint8Array) => {
      const { outputs, warnings } = await offline.wallets.inspectPayment(file, 'vault');
      const far = warnings.find(({ code }) => code === 'change-far');
      return { change: outputs.filter(({ change }) => change).length, far: far?.message };
    };
    expect(await seen(changeTo(99))).toEqual({ change: 1, far: undefined });
    expect(await seen(changeTo(99, false))).toEqual({ change: 1, far: undefined });
    const far = { change: 0, far: expect.stringContaining('up to 100.') as string };
    expect(await seen(changeTo(100))).toEqual(far);
    expect(await seen(changeTo(100, false))).toEqual(far);
    expect((await sign(changeTo(100))).complete).toBe(true);
    expect(
      await seen(
        edited(payment, ({ change }) => ({
          change: change.map((path) => path && ({ chain: 1, index: 2 ** 31 - 1 } as const)),
        })),
      ),
    ).toEqual({ change: 1, far: undefined }); // the wallet knows the key: the file is not asked
  });

  test('whose coin was spent in the meantime, or that expired, is not sent', async () => {
    const first = await sign(await unsigned());
    const to = [{ address: STRANGER, amount: 60_000_000 }];
    const { draft } = await online.wallets.prepare({ name: 'watch', to });
    const second = await sign(online.wallets.exportPayment(draft));
    await broadcast(second.payment);
    await online.mine(1);
    await fails(online.wallets.broadcastPayment(first.payment), 'payment-file-spent');
    await online.mine(MATURITY);
    const { expires } = await online.wallets.inspectPayment(first.payment);
    const tip = online.chain.tip().height;
    const soon = { name: 'watch', to, expires: tip + 60 };
    const late = await sign(online.wallets.exportPayment((await online.wallets.prepare(soon)).draft));
    await online.mine(60);
    expect(expires).toBeGreaterThan(tip);
    await fails(online.wallets.broadcastPayment(late.payment), 'payment-file-expired');
    expect((await online.wallets.inspectPayment(late.payment)).warnings.map(({ code }) => code)).toContain(
      'payment-expired',
    );
  });

  test('that spends a coin which was frozen meanwhile is neither signed nor sent', async () => {
    const payment = await unsigned();
    const { payment: signed } = await sign(payment);
    const { inputs } = await online.wallets.inspectPayment(payment);
    const coins = inputs.map(({ txid, index }) => ({ txid, index }));
    await online.wallets.freeze({ name: 'watch', coins }, true);
    await fails(online.wallets.broadcastPayment(signed), 'wallet-coin-frozen');
    expect([...online.mempool.entries()]).toEqual([]);
    await online.wallets.freeze({ name: 'watch', coins }, false);
    await broadcast(signed);

    await walletWithCoins(online, 'full');
    const to = [{ address: STRANGER, amount: 10_000_000 }];
    const own = await online.wallets.prepare({ name: 'full', to });
    const request = { name: 'full', payment: online.wallets.exportPayment(own.draft), password: PASSWORD };
    await online.wallets.freeze({ name: 'full', coins: own.inputs }, true);
    await fails(online.wallets.signPayment(request), 'wallet-coin-frozen');
  });

  test('that was sent and then cancelled is not reported as sent again', async () => {
    const { payment } = await sign(await unsigned());
    const txid = await broadcast(payment);
    const { draft } = await online.wallets.prepareFaster({ name: 'watch', txid, how: 'cancel' });
    const cancelled = await sign(online.wallets.exportPayment(draft));
    const cancelling = await broadcast(cancelled.payment);
    expect(online.mempool.has(txid)).toBe(false);
    await eventually(
      async () =>
        (await online.wallets.history({ name: 'watch', limit: 9 })).find((each) => each.txid === txid)?.state,
    ).toBe('cancelled');
    await fails(online.wallets.broadcastPayment(payment), 'payment-file-spent');
    expect(online.mempool.has(cancelling)).toBe(true);
  });

  test('of no wallet here is not sent', async () => {
    const { payment } = await sign(await unsigned());
    const nobody = await openWorld();
    try {
      await fails(nobody.wallets.broadcastPayment(payment), 'payment-file-foreign');
      expect((await nobody.wallets.inspectPayment(payment)).wallet).toBeNull();
    } finally {
      await nobody.stop();
    }
  });

  test('can be one of a full wallet on the same computer', async () => {
    await walletWithCoins(online, 'full');
    const to = [{ address: STRANGER, amount: 10_000_000 }];
    const { draft } = await online.wallets.prepare({ name: 'full', to });
    const payment = online.wallets.exportPayment(draft);
    const signed = await online.wallets.signPayment({ name: 'full', payment, password: PASSWORD });
    expect(toHex(signed.payment)).not.toBe(toHex(payment));
    await broadcast(signed.payment);
  });
});

/** The signature of another payment. */
async function foreignOf(signed: Uint8Array): Promise<Uint8Array> {
  return edited(signed, (file) => ({
    signatures: file.signatures.map((each) => ({ ...each, signature: new Uint8Array(64).fill(3) })),
  }));
}
