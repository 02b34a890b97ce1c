import { once } from 'node:events';
import type { MessagePortMain } from 'electron';
import { expect, test } from 'vitest';
import type { Approval } from '../../../main/api/base.ts';
import { NODE_OPTIONS } from '../../../main/node/node-options.ts';
import { createNodeThread, type NodeThreadEvents } from '../../../main/electron/node-thread.ts';
import { MessageChannelMain } from '../../support/message-ports.ts';

const script = new URL('../../support/fixtures/moody-worker.mjs', import.meta.url);

function aThread(mood: string, confirm: () => Promise<Approval> = () => Promise.resolve('declined')) {
  const thread = createNodeThread({
    script,
    data: { options: NODE_OPTIONS.parse({ network: 'regtest', bootstrap: [mood] }), page: '' },
    confirm,
    saveFile: () => Promise.resolve({ kind: 'cancelled' }),
    onError: () => undefined,
  });
  const seen: string[] = [];
  const names: (keyof NodeThreadEvents)[] = ['spawned', 'ready', 'crashed', 'refused'];
  for (const name of names) thread.events.on(name, () => seen.push(name));
  return { thread, seen };
}

function aPort() {
  const { port1, port2 } = new MessageChannelMain();
  port2.start();
  return { ours: port1 as unknown as MessagePortMain, page: port2 };
}

test('serves a page on its own port until it is stopped', async () => {
  const { thread, seen } = aThread('kind');
  thread.start();
  const { ours, page } = aPort();
  thread.connect(ours, () => undefined);
  const answer = once(page, 'message');
  page.postMessage('hello');
  expect(((await answer) as [{ data: unknown }])[0].data).toBe('echo hello');
  const closed = once(page, 'close');
  await thread.stop();
  await closed;
  expect(seen).toEqual(['spawned', 'ready']);
});

test('a thread that crashes is restarted a limited number of times', async () => {
  const { thread, seen } = aThread('dies');
  const refused = new Promise<{ code: string; message: string }>((resolve) => {
    thread.events.on('refused', resolve);
  });
  thread.start();
  expect(await refused).toEqual({ code: 'node-died', message: 'out of luck' });
  expect(seen.filter((name) => name === 'spawned')).toHaveLength(3);
  expect(seen.filter((name) => name === 'crashed')).toHaveLength(2);
  await thread.stop();
});

test('a thread waits for the place of the data, and one that is started again is told it at once', async () => {
  const { thread, seen } = aThread('dies late');
  const causes: string[] = [];
  thread.events.on('crashed', ({ cause }) => causes.push(cause));
  const refused = new Promise<{ message: string }>((resolve) => thread.events.on('refused', resolve));
  thread.start();
  await expect.poll(() => seen).toContain('ready');
  thread.begin('/data');
  expect((await refused).message).toBe('began in /data');
  expect(causes).toEqual(['began in /data', 'began in /data']);
  await thread.stop();
});

test('a refusal is reported once and not tried again', async () => {
  const { thread, seen } = aThread('refuses');
  const refused = new Promise<{ code: string }>((resolve) => {
    thread.events.on('refused', resolve);
  });
  thread.start();
  expect((await refused).code).toBe('datadir-in-use');
  await thread.stop();
  expect(seen).toEqual(['spawned', 'refused']);
});

test.each([
  ['a yes', () => Promise.resolve('approved'), 'said-approved'],
  ['a no', () => Promise.resolve('declined'), 'said-declined'],
  ['that nobody was asked', () => Promise.resolve('limited'), 'said-limited'],
  ['a dialog that fails', () => Promise.reject(new Error('no display')), 'said-declined'],
] satisfies [string, () => Promise<Approval>, string][])(
  'asks the user and passes on %s',
  async (_what, confirm, answer) => {
    const { thread } = aThread('asks', confirm);
    const heard = new Promise<{ code: string }>((resolve) => {
      thread.events.on('refused', resolve);
    });
    thread.start();
    expect((await heard).code).toBe(answer);
    await thread.stop();
  },
);

test('a thread that does not stop is terminated', async () => {
  const { thread, seen } = aThread('deaf');
  thread.start();
  await expect.poll(() => seen).toContain('ready');
  await thread.stop();
});

test('a page that connects when there is no thread gets the failure immediately', async () => {
  const { thread } = aThread('kind');
  const { ours, page } = aPort();
  const closed = once(page, 'close');
  thread.connect(ours, () => undefined);
  await closed;
});
