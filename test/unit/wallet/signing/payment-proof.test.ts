import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeProof, encodeProof, MAX_PROOF } from '../../../../main/wallet/signing/payment-proof.ts';
import { network, openWorld, PASSWORD, send, walletWithCoins, type World } from '../world.ts';

// A payment of several coins, proven and checked; then every part of the proof is changed.
const CHALLENGE = 'Order 1234, for Mira';
let world: World;
let address: string;
let txid: string;
let proof: string;

beforeAll(async () => {
  world = await openWorld();
  await walletWithCoins(world, 'mine', 3);
  await world.wallets.create({ name: 'shop', password: PASSWORD, words: 12 });
  address = await world.wallets.newAddress('shop');
  const balance = await world.wallets.balance('mine');
  txid = await send(world, 'mine', address, balance.available - 10_000_000);
  ({ proof } = await prove());
});
afterAll(() => world.stop());

const prove = (changes: object = {}) =>
  world.wallets.provePayment({ name: 'mine', password: PASSWORD, txid, challenge: CHALLENGE, ...changes });
const check = (text: string) => world.wallets.checkProof(text);

/** The proof with another body, and the checksum that fits. */
function changed(change: (body: Record<string, unknown>) => void, schema = 1): string {
  const body = JSON.parse(proof.split('\n')[1]!) as Record<string, unknown>;
  change(body);
  const text = JSON.stringify(body);
  return `kithproof ${schema} ${createHash('sha256').update(text).digest('hex')}\n${text}\n`;
}
const inputsOf = (body: Record<string, unknown>) => body['inputs'] as Record<string, unknown>[];

test('a proof of a payment with several coins is valid, and says what it is about', async () => {
  const checked = await check(proof);
  expect(checked).toMatchObject({ txid, receiver: address, challenge: CHALLENGE, block: null });
  expect(checked.amount).toBeGreaterThan(0);
  expect(checked.senders).toHaveLength(3);
});

test('a mined payment is proven with its block', async () => {
  await world.mine();
  const { proof: mined } = await prove();
  const { block } = await check(mined);
  expect(block).toEqual({ id: world.chain.tip().id, height: world.chain.tip().height });
});

test('a proof survives mail: other line ends, white space around it', async () => {
  expect(await check(`\n  ${proof.replaceAll('\n', '\r\n')}  \n`)).toMatchObject({ txid });
});

test.each<[string, string, (body: Record<string, unknown>) => void]>([
  ['another challenge', 'proof-invalid', (body) => (body['challenge'] = 'Order 1235, for Mira')],
  ['another amount of a coin', 'proof-invalid', (body) => (inputsOf(body)[0]!['amount'] = 1)],
  [
    'the address of another coin',
    'proof-invalid',
    (body) => (inputsOf(body)[0]!['address'] = inputsOf(body)[1]!['address']),
  ],
  ['a wrong signature', 'proof-invalid', (body) => (inputsOf(body)[1]!['signature'] = '00'.repeat(64))],
  [
    'exchanged signatures',
    'proof-invalid',
    (body) => {
      const [first, second] = inputsOf(body);
      [first!['signature'], second!['signature']] = [second!['signature'], first!['signature']];
    },
  ],
  ['another receiver', 'proof-invalid', (body) => (body['receiver'] = inputsOf(body)[0]!['address'])],
  ['an input too few', 'proof-malformed', (body) => inputsOf(body).pop()],
  ['no challenge', 'proof-malformed', (body) => (body['challenge'] = '')],
  ['an unclean challenge', 'proof-malformed', (body) => (body['challenge'] = 'a\u202eb')],
  ['an unknown field', 'proof-malformed', (body) => (body['more'] = 1)],
  ['a transaction that cannot be read', 'proof-malformed', (body) => (body['transaction'] = 'ff')],
  ['another network', 'proof-other-network', (body) => (body['network'] = '00'.repeat(32))],
])('a proof with %s is refused: %s', async (_what, code, change) => {
  await expect(check(changed(change))).rejects.toMatchObject({ code });
});

test('a transaction with another witness proves nothing', async () => {
  const other = changed((body) => {
    const hex = body['transaction'] as string;
    // The last byte of the last signature.
    body['transaction'] = hex.slice(0, -2) + (hex.endsWith('00') ? '01' : '00');
  });
  await expect(check(other)).rejects.toMatchObject({ code: 'proof-invalid' });
});

test.each<[string, string, (text: string) => string]>([
  ['nothing', 'proof-malformed', () => ''],
  ['a third line', 'proof-malformed', (text) => `${text}more`],
  ['one changed letter', 'proof-damaged', (text) => text.replace('Order', 'order')],
  ['no checksum', 'proof-malformed', (text) => text.replace(/ [0-9a-f]{64}/, '')],
  ['a newer schema', 'proof-newer', (text) => text.replace('kithproof 1', 'kithproof 2')],
  ['no JSON', 'proof-malformed', () => `kithproof 1 ${createHash('sha256').update('{').digest('hex')}\n{`],
  ['more than fits', 'proof-malformed', (text) => text + ' '.repeat(MAX_PROOF)],
])('a text with %s is refused: %s', async (_what, code, change) => {
  await expect(check(change(proof))).rejects.toMatchObject({ code });
});

test('only a payment of this wallet to one of its receivers is proven, and only with the password', async () => {
  await expect(prove({ password: 'wrong' })).rejects.toMatchObject({ code: 'wallet-password' });
  await expect(prove({ txid: '00'.repeat(32) })).rejects.toMatchObject({ code: 'proof-payment-unknown' });
  await expect(prove({ name: 'shop' })).rejects.toMatchObject({ code: 'proof-not-own' });
  await expect(prove({ receiver: await world.wallets.address('mine') })).rejects.toMatchObject({
    code: 'proof-receiver',
  });
  await expect(prove({ challenge: ' \u200b ' })).rejects.toMatchObject({ code: 'proof-challenge' });
  expect(await check((await prove({ receiver: address })).proof)).toMatchObject({ receiver: address });
});

test('reading and writing a proof gives the same text', () => {
  expect(encodeProof(network, decodeProof(network, proof))).toBe(proof);
});
