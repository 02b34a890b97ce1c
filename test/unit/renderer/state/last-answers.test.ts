import type { ClientLink } from '@orpc/client';
import { ORPCError } from '@orpc/client';
import { describe, expect, test } from 'vitest';
import type { Context } from '../../../../renderer/state/carrier.ts';
import { withLastAnswers } from '../../../../renderer/state/last-answers.ts';

/** A node that answers with a number that grows, until it is gone or refuses. */
function aNode() {
  const node = { state: 'there' as 'there' | 'gone' | 'refuses', answers: 0 };
  const link: ClientLink<Context> = {
    call() {
      if (node.state === 'gone') return Promise.reject(new TypeError('the socket is closed'));
      if (node.state === 'refuses') return Promise.reject(new ORPCError('wallet-unknown'));
      node.answers += 1;
      return Promise.resolve(node.answers);
    },
  };
  const kept = withLastAnswers(link);
  const ask = (procedure: string, input: unknown = {}, signal?: AbortSignal) =>
    kept.call(procedure.split('.'), input, { context: {}, ...(signal !== undefined && { signal }) });
  return { node, ask };
}

describe('the last answers', () => {
  test('a question that was answered before is answered again while the node is gone', async () => {
    const { node, ask } = aNode();
    await ask('wallet.history', { name: 'a' });
    await ask('wallet.history', { name: 'b' });
    node.state = 'gone';
    expect(await ask('wallet.history', { name: 'a' })).toBe(1);
    expect(await ask('wallet.history', { name: 'b' })).toBe(2);
    await expect(ask('wallet.history', { name: 'c' })).rejects.toThrow('closed');
  });

  test('an address is forgotten when something of a wallet may have changed, so that it is not given twice', async () => {
    const { node, ask } = aNode();
    await ask('wallet.address', { name: 'a' });
    await ask('wallet.newAddress', { name: 'a' });
    node.state = 'gone';
    await expect(ask('wallet.address', { name: 'a' })).rejects.toThrow('closed');
  });

  test('a node that answers is always asked', async () => {
    const { ask } = aNode();
    expect([await ask('wallet.coins'), await ask('wallet.coins')]).toEqual([1, 2]);
  });

  test.each([
    'wallet.words',
    'wallet.send',
    'wallet.confirm',
    'wallet.newAddress',
    'mining.start',
    'node.status',
  ])('%s is never answered from memory', async (procedure) => {
    const { node, ask } = aNode();
    await ask(procedure);
    node.state = 'gone';
    await expect(ask(procedure)).rejects.toThrow('closed');
  });

  test('an error of the node is not hidden by an earlier answer', async () => {
    const { node, ask } = aNode();
    await ask('wallet.coins');
    node.state = 'refuses';
    await expect(ask('wallet.coins')).rejects.toMatchObject({ code: 'wallet-unknown' });
  });

  test('an answer that nobody waits for any more is not given from memory', async () => {
    const { node, ask } = aNode();
    await ask('wallet.coins');
    node.state = 'gone';
    await expect(ask('wallet.coins', {}, AbortSignal.abort())).rejects.toThrow('closed');
  });

  test('of many answers of a procedure the newest are kept', async () => {
    const { node, ask } = aNode();
    for (let height = 0; height < 20; height++) await ask('chain.block', { height });
    node.state = 'gone';
    expect(await ask('chain.block', { height: 19 })).toBe(20);
    await expect(ask('chain.block', { height: 0 })).rejects.toThrow('closed');
  });
});
