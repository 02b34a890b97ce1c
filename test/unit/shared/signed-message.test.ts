import { expect, test } from 'vitest';
import { encodeSignedMessage, parseSignedMessage } from '../../../shared/signed-message.ts';

const signed = { address: 'rkith1qqypqxpq9qcrsszg2pvxq6rs0zqg3yyc5', signature: 'ab'.repeat(64) };

test.each([
  'I am here',
  '',
  ' two lines\n with spaces ',
  '- a list\n-----BEGIN KITH SIGNATURE-----\n-----END KITH SIGNED MESSAGE-----',
  '\n\n',
])('%j comes back from its text', (message) => {
  const text = encodeSignedMessage({ ...signed, message });
  expect(parseSignedMessage(text)).toEqual({ ...signed, message });
  const mailed = `Hello,\r\n${text.replaceAll('\n', '\r\n')}\r\nBye`;
  expect(parseSignedMessage(mailed)).toEqual({ ...signed, message });
});

test.each([
  ['nothing', ''],
  ['a text', 'I am here'],
  ['no signature', encodeSignedMessage({ ...signed, message: 'x' }).replace(signed.signature, '')],
  ['a short signature', encodeSignedMessage({ ...signed, signature: 'ab', message: 'x' })],
  ['no end', encodeSignedMessage({ ...signed, message: 'x' }).replace(/-----END.*/, '')],
  ['a long text', encodeSignedMessage({ ...signed, message: 'x'.repeat(30_000) })],
])('%s is no signed message', (_what, text) => {
  expect(parseSignedMessage(text)).toBeNull();
});
