import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { bridgePorts } from '../../../main/electron/bridge.ts';
import { MessageChannelMain } from '../../support/message-ports.ts';

function aBridge() {
  const page = new MessageChannelMain();
  const node = new MessageChannel();
  let ends = 0;
  bridgePorts(page.port1, node.port1, () => ends++);
  const arrived: unknown[] = [];
  node.port2.on('message', (data: unknown) => arrived.push(data));
  page.port2.start();
  return { page: page.port2, node: node.port2, arrived, ends: () => ends };
}

test('passes text and bytes both ways', async () => {
  const { page, node, arrived } = aBridge();
  page.postMessage('question');
  page.postMessage(new Uint8Array([1, 2]));
  const answer = once(page, 'message');
  node.postMessage('answer');
  expect(((await answer) as [{ data: unknown }])[0].data).toBe('answer');
  await expect.poll(() => arrived).toEqual(['question', new Uint8Array([1, 2])]);
  page.close();
});

test('drops what the client never sends: live objects, numbers, endless messages', async () => {
  const { page, arrived } = aBridge();
  const huge = 'x'.repeat((4 << 20) + 1);
  for (const message of [{ __proto__: null, i: 1 }, [1], 7, null, undefined, huge]) page.postMessage(message);
  page.postMessage('last');
  await expect.poll(() => arrived).toEqual(['last']);
  page.close();
});

test('each end closes the other, and only the end of the node is reported', async () => {
  const first = aBridge();
  const nodeGone = once(first.node, 'close');
  first.page.close();
  await nodeGone;
  expect(first.ends()).toBe(0);
  const second = aBridge();
  const pageGone = once(second.page, 'close');
  second.node.close();
  await pageGone;
  expect(second.ends()).toBe(1);
});
