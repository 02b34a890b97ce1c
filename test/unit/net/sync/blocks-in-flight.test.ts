import { describe, expect, test } from 'vitest';
import type { SubmitResult } from '../../../../main/chain/chain.ts';
import { violation, type Violation } from '../../../../main/core/violation.ts';
import { KithError } from '../../../../main/lib/errors.ts';
import {
  createBlocksInFlight,
  MOST_REQUESTED,
  type Purpose,
} from '../../../../main/net/sync/blocks-in-flight.ts';
import { silent } from '../../../support/chain/test-chain.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const BYTES = new Uint8Array(100);
const STORED: SubmitResult = { id: 'a', status: 'connected' };
const ids = (count: number) => Array.from({ length: count }, (_, i) => `b${i}`);

function table() {
  const clock = turnedClock();
  const verdicts: ((result: SubmitResult | Violation | Error) => void)[] = [];
  const submitBlock = () =>
    new Promise<SubmitResult | Violation>((resolve, reject) => {
      verdicts.push((result) => (result instanceof Error ? reject(result) : resolve(result)));
    });
  const inFlight = createBlocksInFlight({ chain: { submitBlock }, clock, log: silent });
  const request = (peer: string, id: string, purpose: Purpose = 'best-chain') =>
    inFlight.request(peer, [id], purpose);
  const receive = (id: string, peer: string | null, bytes = BYTES) =>
    inFlight.receive(id, bytes, peer, 'best-chain');
  return { clock, inFlight, request, receive, verdicts };
}

describe('a block in flight', () => {
  test('is requested, received and submitted, and leaves the table with the verdict of the chain', async () => {
    const { inFlight, request, receive, verdicts } = table();
    expect(inFlight.stateOf('a')).toBeNull();
    request('p', 'a').answered();
    expect(inFlight.get('a')).toMatchObject({ state: 'requested', peer: 'p', purpose: 'best-chain' });
    expect(receive('a', 'p')).toBe(true);
    expect(inFlight.stateOf('a')).toBe('received');
    const submitted = inFlight.submit('a');
    expect([inFlight.stateOf('a'), inFlight.submitting()]).toEqual(['submitted', 1]);
    verdicts[0]!(STORED);
    expect(await submitted).toEqual({ result: STORED, peer: 'p', bytes: 100 });
    expect([inFlight.stateOf('a'), inFlight.submitting(), inFlight.isIdle()]).toEqual([null, 0, true]);
  });

  test('is only expected until its compact block is complete or given up', () => {
    const { inFlight, receive } = table();
    inFlight.expected.add('a');
    expect([inFlight.stateOf('a'), inFlight.expected.has('a'), inFlight.isIdle()]).toEqual([
      'expected',
      true,
      false,
    ]);
    receive('a', null);
    expect([inFlight.stateOf('a'), inFlight.expected.has('a')]).toEqual(['received', true]);
    inFlight.endExpected('a');
    inFlight.drop('a', 'best-chain');
    expect([inFlight.stateOf('a'), inFlight.isIdle()]).toEqual([null, true]);
  });

  test('is submitted once, also if two parts submit it', async () => {
    const { inFlight, receive, verdicts } = table();
    expect(await inFlight.submit('a')).toBeNull();
    receive('a', 'p');
    const first = inFlight.submit('a');
    expect(await inFlight.submit('a')).toBeNull();
    expect(receive('a', 'q')).toBe(false);
    verdicts[0]!(violation('block-merkle'));
    expect(await first).toMatchObject({ result: { code: 'block-merkle' }, peer: 'p' });
    expect(verdicts).toHaveLength(1);
  });

  test('leaves the table when the chain fails, and the failure is emitted', async () => {
    const { inFlight, receive, verdicts } = table();
    const failures: unknown[] = [];
    inFlight.events.on('failed', ({ error }) => failures.push(error));
    receive('a', 'p');
    const submitted = inFlight.submit('a');
    const settled = inFlight.settled();
    const failure = new KithError('disk-full');
    verdicts[0]!(failure);
    expect(await submitted).toBeNull();
    await settled;
    expect(failures).toEqual([failure]);
    expect([inFlight.stateOf('a'), inFlight.submitting()]).toEqual([null, 0]);
  });

  test('with a wrong body may be requested again from another peer', async () => {
    const { inFlight, request, receive, verdicts } = table();
    request('liar', 'a');
    receive('a', 'liar');
    const submitted = inFlight.submit('a');
    verdicts[0]!(violation('block-merkle'));
    await submitted;
    expect(inFlight.stateOf('a')).toBeNull();
    request('honest', 'a');
    expect(inFlight.get('a')).toMatchObject({ state: 'requested', peer: 'honest' });
  });
});

describe('a peer that disconnects', () => {
  test('releases the blocks that were requested from it, and no others', () => {
    const { inFlight, request } = table();
    request('gone', 'a');
    request('stays', 'b');
    inFlight.forget('gone');
    expect([inFlight.stateOf('a'), inFlight.stateOf('b')]).toEqual([null, 'requested']);
    expect([inFlight.owedBy('gone'), inFlight.owedBy('stays')]).toEqual([0, 1]);
  });

  test('leaves the blocks that it delivered, and an expected one', async () => {
    const { inFlight, receive, verdicts } = table();
    inFlight.expected.add('expected');
    receive('received', 'gone');
    receive('submitted', 'gone');
    const submitted = inFlight.submit('submitted');
    inFlight.forget('gone');
    expect(['expected', 'received', 'submitted'].map(inFlight.stateOf)).toEqual([
      'expected',
      'received',
      'submitted',
    ]);
    verdicts[0]!(STORED);
    expect(await submitted).toMatchObject({ peer: 'gone' });
  });

  test('has no open request from before when it connects again', () => {
    const { inFlight, request } = table();
    const before = request('p', 'a');
    inFlight.forget('p');
    request('p', 'b');
    before.ended();
    expect([inFlight.owedBy('p'), inFlight.stateOf('b')]).toEqual([1, 'requested']);
  });
});

describe('two sources of one block', () => {
  test('of a request and a compact block the first body counts', () => {
    const { inFlight, request, receive } = table();
    request('slow', 'a');
    inFlight.expected.add('a');
    expect(receive('a', null)).toBe(true);
    inFlight.endExpected('a');
    expect(receive('a', 'slow')).toBe(false);
    expect(inFlight.get('a')).toMatchObject({ state: 'received', peer: null });
  });

  test('the late answer of a released request counts, and ends the request to the next peer', () => {
    const { inFlight, request, receive } = table();
    const slow = request('slow', 'a');
    inFlight.release('a', 'slow');
    request('quick', 'a');
    slow.answered();
    expect(receive('a', 'slow')).toBe(true);
    expect(inFlight.get('a')).toMatchObject({ state: 'received', peer: 'slow' });
    expect([inFlight.owedBy('slow'), inFlight.owedBy('quick')]).toEqual([0, 1]);
  });

  test('the end of a request releases no block that another peer was asked for meanwhile', () => {
    const { inFlight, request } = table();
    const slow = request('slow', 'a');
    inFlight.release('a', 'slow');
    request('quick', 'a');
    slow.ended();
    expect(inFlight.get('a')).toMatchObject({ state: 'requested', peer: 'quick' });
  });

  test('a block that a side branch received is submitted for the best chain as well', () => {
    const { inFlight, request, receive } = table();
    request('p', 'a', 'side-branch');
    receive('a', 'p');
    expect(inFlight.get('a')).toMatchObject({ purpose: 'side-branch', state: 'received' });
    inFlight.drop('a', 'best-chain');
    expect(inFlight.submit('a')).not.toBeNull();
  });
});

describe('the requests to a peer', () => {
  test('count until each is answered or the request has ended', () => {
    const { clock, inFlight } = table();
    expect(inFlight.repliedAt('p')).toBe(0);
    clock.pass(10);
    const request = inFlight.request('p', ids(4), 'best-chain');
    expect([inFlight.owedBy('p'), inFlight.repliedAt('p')]).toEqual([4, 10]);
    clock.pass(10);
    request.answered();
    expect([inFlight.owedBy('p'), inFlight.repliedAt('p')]).toEqual([3, 20]);
    request.ended();
    request.ended();
    expect(inFlight.owedBy('p')).toBe(0);
    // The first was answered: its block is no longer owed, whatever became of it.
    expect(ids(4).map(inFlight.stateOf)).toEqual(['requested', null, null, null]);
  });

  test('all end for one purpose when the peer is too slow', () => {
    const { inFlight, request } = table();
    request('slow', 'a');
    request('slow', 'b', 'gap');
    request('quick', 'c');
    inFlight.releaseAll('slow', 'best-chain');
    expect(['a', 'b', 'c'].map(inFlight.stateOf)).toEqual([null, 'requested', 'requested']);
  });
});

describe('the memory for blocks in flight', () => {
  test('is counted for received blocks and estimated for requested ones by the size of recent blocks', () => {
    const { inFlight, receive } = table();
    inFlight.request('p', ids(10), 'best-chain');
    const estimate = inFlight.bytes();
    expect(estimate).toBeGreaterThan(0);
    for (const id of ids(10)) receive(id, 'p', new Uint8Array(100_000));
    expect(inFlight.bytes()).toBe(1_000_000);
    const more = inFlight.request('p', ['c', 'd'], 'best-chain');
    expect(inFlight.bytes()).toBe(1_200_000);
    more.ended();
    for (const id of ids(10)) void inFlight.submit(id);
    expect(inFlight.bytes()).toBe(0);
  });

  test('has room for a limited number of requests to all peers together', () => {
    const { inFlight } = table();
    expect(inFlight.room()).toBe(MOST_REQUESTED);
    inFlight.request('p', ids(MOST_REQUESTED), 'best-chain');
    expect(inFlight.room()).toBe(0);
    inFlight.forget('p');
    expect(inFlight.room()).toBe(MOST_REQUESTED);
  });
});
