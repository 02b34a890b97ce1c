import { expect, test } from 'vitest';
import * as z from 'zod';
import { contract } from '../../../shared/contract/contract.ts';
import { describeIssues, readIssues } from '../../../main/api/issues.ts';

interface Schema {
  safeParse(value: unknown): { error?: { issues: z.core.$ZodIssue[] } };
}

function explain(procedure: { '~orpc': { inputSchema?: unknown } }, input: unknown): string {
  const schema = procedure['~orpc'].inputSchema as Schema;
  return describeIssues(readIssues({ issues: schema.safeParse(input).error?.issues })!);
}

test.each([
  [contract.wallet.lock, {}, 'name is missing'],
  [contract.wallet.lock, undefined, 'it is missing'],
  [contract.wallet.lock, { name: 'a', nmae: 1, x: 2 }, 'it has an unknown field nmae, x'],
  [contract.wallet.create, { name: 'a', password: '' }, 'the password is empty'],
  [contract.wallet.prepare, { name: 'a', to: [] }, 'name at least one receiver'],
  [
    contract.wallet.prepare,
    { name: 'a', to: [{ address: 'x', amount: 0.1 }] },
    'to[0].amount must be a whole number',
  ],
  [
    contract.wallet.prepare,
    { name: 'a', to: [{ address: 'x', amount: 0 }] },
    'to[0].amount must be at least 1 mote',
  ],
  [contract.chain.header, { id: 'x' }, 'id must be 64 lowercase hex digits'],
  [contract.chain.header, { hight: 1 }, 'give either {"id": 64 hex digits} or {"height": number}'],
  [contract.chain.coin, { txid: 'AB', index: 0 }, 'txid must be 64 lowercase hex digits'],
  [contract.peers.add, { address: '' }, 'address is empty'],
  [contract.mining.start, {}, 'give either address or wallet'],
  [contract.wallet.history, { name: 'a', limit: 0 }, 'limit must be at least 1'],
  [
    contract.wallet.prepare,
    { name: 'a', to: [{ address: 'x', amount: 1 }], feerate: 2e9 },
    'feerate must be at most 1\u202f000\u202f000\u202f000 motes per byte',
  ],
  [contract.peers.ban, { id: 'x', seconds: 0 }, 'seconds must be at least 1 second'],
  [contract.mempool.list, { limit: 5000 }, 'limit must be at most 1\u202f000'],
  [contract.wallet.confirm, { draft: '', password: 'p' }, 'draft is empty'],
  [contract.chain.coin, { txid: 'ab'.repeat(32), index: -1 }, 'index must be at least 0'],
])('%#', (procedure, input, words) => {
  expect(explain(procedure as never, input)).toContain(words);
});

test('an error other than a validation error has no issues, and a long list of issues is truncated', () => {
  expect(readIssues(undefined)).toBeNull();
  expect(readIssues({ issues: 'x' })).toBeNull();
  expect(readIssues({ issues: Array.from({ length: 50 }, () => ({ message: 'm' })) })).toHaveLength(5);
});
