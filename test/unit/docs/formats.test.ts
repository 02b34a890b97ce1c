/** Readers written from docs/formats/ alone find in the files what the node has written there. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hashRawSync } from '@node-rs/argon2';
import { expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { CHAIN } from '../../../main/wallet/keys/key-path.ts';
import { wordsOf } from '../../../main/core/crypto/mnemonic.ts';
import { writePoolFile } from '../../../main/mempool/mempool-file.ts';
import {
  CONTACTS_SCHEMA,
  decodeContacts,
  encodeContacts,
  MAX_CONTACTS_BYTES,
} from '../../../main/wallet/contacts/contacts-file.ts';
import { deriveSecrets } from '../../../main/wallet/secrets/key-secrets.ts';
import { nativeSigner } from '../../../main/wallet/secrets/native-signer.ts';
import { systemClock } from '../../../main/lib/clock.ts';
import { silentLog } from '../../../main/lib/log.ts';
import { systemRandom } from '../../../main/lib/random.ts';
import { encodeWalletFile, FILE_SCHEMA, MAX_FILE_BYTES } from '../../../main/wallet/files/wallet-file.ts';
import { CONTACT_LIMITS } from '../../../shared/contract/vocabulary.ts';
import { MAX_CONTACT_NAME, MAX_NOTE } from '../../../shared/labels.ts';
import { MAX_PASSPHRASE_BYTES } from '../../../shared/password.ts';
import { passphraseBytes, sealSecret } from '../../../main/wallet/secrets/file-secret.ts';
import { DEFAULT_KDF, KDF_LIMITS, open } from '../../../main/workers/vault.ts';
import { rowsOf, shownExamples } from '../../support/pages/example.ts';
import { readSource, tableRows } from '../../support/pages/constants.ts';
import { exampleChain } from '../../support/chain/protocol-examples.ts';
import { newDirectory } from '../../support/chain/test-chain.ts';

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
const plain = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').replaceAll(/(?<=\d) (?=\d{3}(?!\d))/g, '');
const networkId = Buffer.from(REGTEST_NETWORK.id);

test('the mempool file has exactly the fields of its page, in their order', async () => {
  const { payment } = exampleChain();
  const file = path.join(newDirectory(), 'mempool.dat');
  await writePoolFile(file, REGTEST_NETWORK.id, 1_795_305_700, {
    transactions: [{ time: 1_795_305_600, bytes: payment.bytes }],
    blocks: [{ height: 7, asked: 12.5, reach: 10 }],
  });
  const bytes = await readFile(file);

  const page = readSource('docs/formats/mempool-file.md');
  const [head, each, block] = page.split(/A transaction:|A block:/);
  let at = 0;
  const found = new Map<string, Buffer>();
  const read = (text: string): void => {
    for (const [size, field] of tableRows(text)) {
      if (field === 'transactions') read(each!);
      else if (field === 'blocks') read(block!);
      else if (field === 'transaction') {
        const length = (bytes[at]! % 128) | ((bytes[at + 1] ?? 0) << 7);
        found.set(field, bytes.subarray(at + 2, at + 2 + length));
        at += 2 + length;
      } else {
        found.set(field!, bytes.subarray(at, at + Number(size)));
        at += Number(size);
      }
    }
  };
  read(head!);
  expect(at).toBe(bytes.length);
  expect(found.get('magic')!.toString('ascii')).toBe('KITHPOOL');
  expect(found.get('format')!.readUInt32LE()).toBe(2);
  expect(found.get('network')).toEqual(networkId);
  expect(found.get('height')!.readUInt32LE()).toBe(7);
  expect(found.get('asked')!.readBigUInt64LE()).toBe(12_500n);
  expect(found.get('reach')!.readBigUInt64LE()).toBe(10_000n);
  expect(found.get('saved')!.readBigUInt64LE()).toBe(1_795_305_700n);
  expect(found.get('count')!.readUInt32LE()).toBe(1);
  expect(found.get('time')!.readBigUInt64LE()).toBe(1_795_305_600n);
  expect(found.get('transaction')!.equals(payment.bytes)).toBe(true);
  expect(found.get('checksum')).toEqual(sha256(bytes.subarray(0, -32)));
});

test('the wallet file can be decrypted with its page alone', async () => {
  const secret = { entropy: new Uint8Array(16).fill(1), passphrase: passphraseBytes('a passphrase') };
  const identity = {
    id: '0102030405060708',
    network: REGTEST_NETWORK.idHex,
    account: 0,
    birthday: 7,
    createdAt: 1_795_305_600,
  };
  const secrets = await deriveSecrets(secret, 0, {
    signer: nativeSigner,
    clock: systemClock,
    log: silentLog,
  });
  const [receive, change] = await Promise.all([
    secrets.publicKeys(CHAIN.receive, 0, 2),
    secrets.publicKeys(CHAIN.change, 0, 1),
  ]);
  const bytes = Buffer.from(
    encodeWalletFile({
      identity,
      sealed: await sealSecret(secret, 'pass wörd', identity, systemRandom, DEFAULT_KDF),
      receive,
      change,
      keysMac: secrets.mac(receive, change),
      issued: 1,
      labels: new Map([['kith1…', 'rent']]),
      phraseChecked: true,
      setup: null,
      frozen: new Set(),
      writes: 3,
      requests: [],
    }),
  );

  const page = readSource('docs/formats/wallet-file.md');
  const line = bytes.subarray(0, bytes.indexOf(10)).toString('ascii').split(' ');
  const body = bytes.subarray(bytes.indexOf(10) + 1);
  expect(line).toEqual(['kithwallet', '4', sha256(body).toString('hex')]);
  const json = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  const fields = tableRows(page.slice(0, page.indexOf('No other field'))).flatMap(([names]) =>
    [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => name!),
  );
  expect(Object.keys(json).sort()).toEqual(fields.sort());

  const { memoryKiB, passes, salt } = json['kdf'] as { memoryKiB: number; passes: number; salt: string };
  const key = hashRawSync(Buffer.from('pass wörd'.normalize('NFKD')), {
    algorithm: 2,
    version: 1,
    memoryCost: memoryKiB,
    timeCost: passes,
    parallelism: 1,
    outputLen: 32,
    salt: Buffer.from(salt, 'hex'),
  });
  const { nonce, text } = json['cipher'] as { nonce: string; text: string };
  const named = ['id', 'network', 'account', 'birthday', 'createdAt'].map((name) => json[name]);
  const data = Buffer.from(JSON.stringify(['kithwallet', 1, ...named, memoryKiB, passes, salt]));
  const opened = Buffer.from(open(key, Buffer.from(nonce, 'hex'), Buffer.from(text, 'hex'), data)!);
  const phrase = Buffer.from('a passphrase');
  const start = Buffer.concat([Buffer.of(1, 16), Buffer.alloc(16, 1), Buffer.of(phrase.length), phrase]);
  expect(opened.length % 128).toBe(0);
  expect(opened).toEqual(Buffer.concat([start, Buffer.alloc(opened.length - start.length)]));

  const seed = pbkdf2Sync(wordsOf(secret.entropy), 'mnemonica passphrase', 2048, 64, 'sha512');
  const macKey = createHmac('sha256', seed).update('kith wallet public keys').digest();
  const lists = ['receive', 'change'].map((name) => Buffer.from(json[name] as string, 'base64'));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(lists[0]!.length);
  const mac = createHmac('sha256', macKey)
    .update(Buffer.concat([length, ...lists]))
    .digest('hex');
  expect(json['keysMac']).toBe(mac);
  // The first receiving key of the page's words is that of the example in protocol.md.
  const wallet = rowsOf(shownExamples(readSource('docs/protocol.md')).get('wallet')!);
  expect(lists[0]!.subarray(0, 32).toString('hex')).toBe(wallet.get("public key 0'/0'"));
});

test.each([
  [`schema = ${FILE_SCHEMA}; checksum`],
  [
    `${KDF_LIMITS.minMemoryKiB} ≤ memoryKiB ≤ ${KDF_LIMITS.maxMemoryKiB}, 1 ≤ passes ≤ ${KDF_LIMITS.maxPasses}`,
  ],
  [`New files: at least ${DEFAULT_KDF.memoryKiB} and ${DEFAULT_KDF.passes}`],
  [`files above ${MAX_FILE_BYTES / 1_000_000} MB`],
  [`at most ${KDF_LIMITS.maxPasswordBytes} bytes; salt`],
  [`varuint length (≤ ${MAX_PASSPHRASE_BYTES}), UTF-8`],
])('docs/formats/wallet-file.md says: %s', (claim) => {
  expect(plain(readSource('docs/formats/wallet-file.md')).includes(claim), claim).toBe(true);
});

test('the file of the contacts has exactly the fields of its page', () => {
  const contact = {
    id: '0102030405060708',
    name: 'Mira',
    note: 'bakes\nbread',
    createdAt: 1_795_305_600,
    nameIsNew: true,
    addresses: [{ address: 'rkith1q', paidAt: null }],
    given: ['rkith1p'],
  };
  const bytes = Buffer.from(encodeContacts({ network: REGTEST_NETWORK.idHex, contacts: [contact] }));
  const page = readSource('docs/formats/contacts-file.md');
  const line = bytes.subarray(0, bytes.indexOf(10)).toString('ascii').split(' ');
  const body = bytes.subarray(bytes.indexOf(10) + 1);
  expect(line).toEqual(['kithcontacts', String(CONTACTS_SCHEMA), sha256(body).toString('hex')]);
  expect(body.at(-1)).toBe(10);
  const json = JSON.parse(body.toString('utf8')) as { network: string; contacts: [Record<string, unknown>] };
  const [outer, inner] = page
    .split('A contact:')
    .map((part) => tableRows(part).map(([name]) => name!.replaceAll('`', '')));
  expect(Object.keys(json)).toEqual(outer);
  expect(Object.keys(json.contacts[0]).sort()).toEqual([...inner!].sort());
  expect(decodeContacts(bytes)).toEqual({ network: REGTEST_NETWORK.idHex, contacts: [contact] });
});

test.each([
  [`schema = ${CONTACTS_SCHEMA}; checksum`],
  [`at most ${CONTACT_LIMITS.contacts} contacts`],
  [`1 to ${MAX_CONTACT_NAME} UTF-16`],
  [`at most ${MAX_NOTE} UTF-16`],
  [`1 to ${CONTACT_LIMITS.addresses} objects`],
  [`at most ${CONTACT_LIMITS.given} own`],
  [`files above ${MAX_CONTACTS_BYTES / 1_000_000} MB`],
])('docs/formats/contacts-file.md says: %s', (claim) => {
  expect(plain(readSource('docs/formats/contacts-file.md')).includes(claim), claim).toBe(true);
});
