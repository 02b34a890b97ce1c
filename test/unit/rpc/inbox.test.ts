import { expect, test } from 'vitest';
import { createInbox } from '../../../main/rpc/inbox.ts';
import { isBounded, MAX_MESSAGE, requestIdOf } from '../../../main/rpc/message-bounds.ts';
import { until } from '../../support/until.ts';

function box({ canHold = true } = {}) {
  const state = { congested: false, ended: 0, held: [] as boolean[], taken: [] as string[] };
  const inbox = createInbox({
    take: (message) => void state.taken.push(message as string),
    breathe: () => undefined,
    congested: () => state.congested,
    hold: canHold ? (held) => void state.held.push(held) : undefined,
    end: () => void state.ended++,
  });
  return { state, inbox };
}

test('handles messages in order', async () => {
  const { state, inbox } = box();
  const sent = Array.from({ length: 100 }, (_, i) => `${i}`);
  for (const message of sent) inbox.receive(message);
  await until(() => state.taken.length === 100, 'all are taken');
  expect(state.taken).toEqual(sent);
  expect(state.held).toEqual([]);
});

test('pauses reading from a client that sends faster than it is handled, and continues later', async () => {
  const { state, inbox } = box();
  state.congested = true;
  for (let i = 0; i < 1000; i++) inbox.receive(`${i}`);
  expect(state.held).toEqual([true]);
  state.congested = false;
  await until(() => state.taken.length === 1000, 'all are taken');
  expect(state.held).toEqual([true, false]);
  expect(state.ended).toBe(0);
});

test.each([
  ['messages', 20_000, 'x'],
  ['bytes', 40, 'x'.repeat(2_000_000)],
])('closes one that cannot be paused, and continues with %s', async (_what, count, message) => {
  const { state, inbox } = box({ canHold: false });
  state.congested = true;
  for (let i = 0; i < count; i++) inbox.receive(message);
  expect(state.ended).toBe(1);
  state.congested = false;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(state.taken).toEqual([]);
});

test('the limits of one message', () => {
  const block = `{"i":"7","p":{"u":"/chain/submit","b":{"json":{"hex":"${'0f'.repeat(1_000_000)}"}}}}`;
  expect(isBounded(block)).toBe(true);
  expect(isBounded(Buffer.from(block))).toBe(true);
  expect(isBounded(`${block}${'0'.repeat(MAX_MESSAGE)}`)).toBe(false);
  expect(isBounded(`{"a":"${'x'.repeat(250_000)}"}`)).toBe(true);
  expect(isBounded(`{"a":"${'x'.repeat(270_000)}"}`)).toBe(false);
  expect(isBounded(JSON.stringify(Array.from({ length: 300_000 }, () => 1)))).toBe(false);
  expect(requestIdOf(block)).toBe('7');
  expect(requestIdOf(Buffer.from(block))).toBe('7');
  expect(requestIdOf(`{"p":{},"i":"7"}`)).toBeNull();
  expect(requestIdOf(`{"i":"${'7'.repeat(100)}"}`)).toBeNull();
});
