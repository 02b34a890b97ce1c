import { describe, expect, onTestFinished, test } from 'vitest';
import type { HeaderEntry } from '../../../../main/chain/header-entry.ts';
import { toHex } from '../../../../main/core/codec/hex.ts';
import type { Block } from '../../../../main/core/primitives/block.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import { compactOf } from '../../../../main/net/protocol/compact-block.ts';
import { FRAME } from '../../../../main/net/protocol/frame-types.ts';
import { encodePushed, encodeWant } from '../../../../main/net/protocol/push-messages.ts';
import type { Request } from '../../../../main/net/protocol/reply-queue.ts';
import { REQUEST } from '../../../../main/net/protocol/requests.ts';
import type { Admission } from '../../../../main/net/relay/block-admission.ts';
import { createBlockPush } from '../../../../main/net/relay/block-push.ts';
import { createExpectedBlocks } from '../../../../main/net/sync/expected-blocks.ts';
import { mineOn, openTestChain, parentOf, silent, tipOf } from '../../../support/chain/test-chain.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const [block, other, ...more] = await mine(6);

/** Blocks one after the other, without a chain that has them. */
async function mine(count: number): Promise<[Block, Block, ...Block[]]> {
  const chain = await openTestChain();
  const blocks = [mineOn(chain, tipOf(chain))];
  while (blocks.length < count) blocks.push(mineOn(chain, parentOf(blocks.at(-1)!)));
  await chain.close();
  return blocks as [Block, Block, ...Block[]];
}

const id = block.header.idHex;
const compactForm = (of: Block) => compactOf(of, new Uint8Array(8), () => true);
const message = (of: Block) => encodePushed(compactForm(of));
const EMPTY = new Uint8Array(0);
const KIND = new Map([
  [REQUEST.pushBlock, 'push'],
  [REQUEST.getCompact, 'get'],
  [REQUEST.wantBlocks, 'want'],
]);

/** A node with these peers that knows the header of every block, and has no body. */
function world(connected: readonly string[] = ['a', 'b', 'c']) {
  const clock = turnedClock();
  const expected = createExpectedBlocks(clock);
  let tipWork = 0n;
  const bodies = new Set<string>();
  let admission: Admission['kind'] = 'new';
  const sent: string[] = [];
  const requests: { request: Request; end: () => void; fail: (error: Error) => void }[] = [];
  const rebuilt: string[] = [];
  const givenUp: string[] = [];
  const published: string[] = [];
  const announced: string[] = [];
  const violations: string[] = [];
  const peers = connected.map((name, i) => {
    const call = async (request: Request): Promise<void> => {
      const kind = KIND.get(request.kind)!;
      sent.push(`${kind}${kind === 'want' ? ` ${request.body[0]!}` : ''} ${name}`);
      if (kind !== 'get') return;
      await new Promise<void>((end, fail) => requests.push({ request, end, fail }));
    };
    return { id: name, address: `/ip4/10.${i}.0.1/tcp/1`, push: { call } } as unknown as Peer;
  });
  const push = createBlockPush({
    chain: {
      tip: () => ({ work: tipWork }) as HeaderEntry,
      entry: () => ({ work: 1n }) as HeaderEntry,
      hasBody: (each) => bodies.has(each),
    },
    peers: { list: () => peers, get: (name) => peers.find((peer) => peer.id === name) },
    compact: { rebuild: async ({ header }, from) => void rebuilt.push(`${header.height} from ${from}`) },
    bodies: {
      expected,
      giveUp(each) {
        expected.end(each);
        givenUp.push(each);
      },
    },
    admission: { admit: async () => ({ kind: admission, block: null }) },
    arrivals: { seen: () => undefined, via: () => undefined },
    announcer: { publish: (header) => void published.push(header.idHex) },
    announced: (each, from) => void announced.push(`${each} ${from}`),
    clock,
    log: silent,
  });
  onTestFinished(() => push.stop());

  const settle = async () => {
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
  };
  /** A frame of a peer arrives; resolves to the reply. */
  async function frame(from: string, type: number, body: Uint8Array): Promise<Uint8Array | null> {
    let reply: Uint8Array | null = null;
    const handler = push.handlers(from).get(type)!;
    const violation = await handler.handle({ type, id: 0, body }, async (_type, ...parts) => {
      reply = Buffer.concat(parts);
    });
    if (violation !== null) violations.push(`${from}: ${violation.code}`);
    await settle();
    return reply;
  }
  return {
    push,
    clock,
    expected,
    bodies,
    sent,
    rebuilt,
    givenUp,
    published,
    announced,
    violations,
    settle,
    setTipWork: (work: bigint) => void (tipWork = work),
    admitAs: (kind: Admission['kind']) => void (admission = kind),
    pushed: (from: string, of: Block = block) => frame(from, FRAME.pushBlock.type, message(of)),
    frame,
    wants: (from: string, wanted = true) => frame(from, FRAME.wantBlocks.type, encodeWant(wanted)),
    asks: (from: string, of: Block = block) => frame(from, FRAME.getCompact.type, of.header.id),
    async hear(from: string): Promise<void> {
      push.onAnnounced(id, from);
      await clock.passing(0);
      await settle();
    },
    async pass(ms: number): Promise<void> {
      await clock.passing(ms);
      await settle();
    },
    /** The first request for a compact block is answered with this body. */
    async answer(body: Uint8Array): Promise<void> {
      const { request, end, fail } = requests.shift()!;
      const violation = request.onReply!({ type: FRAME.compact.type, id: 0, body });
      if (violation === null) end();
      else {
        violations.push(violation.code);
        fail(new Error(violation.code));
      }
      await settle();
    },
  };
}

const pushesTo = (sent: readonly string[]) => sent.filter((each) => each.startsWith('push')).toSorted();

describe('a compact block that a peer pushes', () => {
  test('is relayed to the peers that want pushes, except its sender, and reconstructed', async () => {
    const { wants, pushed, sent, rebuilt } = world();
    for (const peer of ['a', 'b', 'c']) await wants(peer);
    await pushed('a');
    expect(pushesTo(sent)).toEqual(['push b', 'push c']);
    expect(rebuilt).toEqual(['1 from a']);
  });

  test('is relayed and reconstructed once, although two peers push it', async () => {
    const { wants, pushed, admitAs, sent, rebuilt } = world();
    await wants('c');
    await pushed('a');
    admitAs('known');
    await pushed('b');
    expect([pushesTo(sent), rebuilt]).toEqual([['push c'], ['1 from a']]);
  });

  test('is announced to all peers, and its sender is the one that announced it here', async () => {
    const { pushed, published, announced } = world();
    await pushed('a');
    expect([published, announced]).toEqual([[id], [`${id} a`]]);
  });

  test('is not announced again when its header was announced before', async () => {
    const { pushed, admitAs, published, announced, rebuilt } = world();
    admitAs('known');
    await pushed('a');
    expect([published, announced]).toEqual([[], []]);
    expect(rebuilt).toEqual(['1 from a']);
  });

  test.each(['wrong', 'dropped'] as const)('is not relayed when its header is %s', async (kind) => {
    const { wants, pushed, admitAs, sent, rebuilt, published } = world();
    await wants('b');
    admitAs(kind);
    await pushed('a');
    expect([pushesTo(sent), rebuilt, published]).toEqual([[], [], []]);
  });

  test('is relayed and not reconstructed when its chain is not better than the active one', async () => {
    const { wants, pushed, setTipWork, sent, rebuilt, givenUp } = world();
    await wants('b');
    setTipWork(1n);
    await pushed('a');
    expect([pushesTo(sent), rebuilt, givenUp]).toEqual([['push b'], [], [id]]);
  });

  test('is acknowledged to its sender', async () => {
    const { pushed } = world();
    expect(await pushed('a')).toEqual(Buffer.alloc(0));
  });

  test('counts against its sender when it cannot be decoded', async () => {
    const { frame, violations, rebuilt } = world();
    await frame('a', FRAME.pushBlock.type, new Uint8Array(10));
    expect([violations, rebuilt]).toEqual([['a: codec-truncated'], []]);
  });
});

describe('a block that a peer announces', () => {
  test('makes its announcer the push source of this node', async () => {
    const { hear, sent } = world();
    await hear('a');
    expect(sent).toContain('want 1 a');
  });

  test('is requested in compact form at once when this node has no push source', async () => {
    const { hear, sent } = world();
    await hear('a');
    expect(sent).toContain('get a');
  });

  test('is awaited for 500 ms when this node has a push source', async () => {
    const { push, hear, pass, sent } = world();
    push.follow('a');
    await hear('b');
    await pass(499);
    expect(sent).not.toContain('get b');
    await pass(1);
    expect(sent).toContain('get b');
  });

  test('is not requested when it is pushed in time', async () => {
    const { push, hear, pushed, pass, sent, rebuilt } = world();
    push.follow('a');
    await hear('b');
    await pushed('a');
    await pass(10_000);
    expect(sent.filter((each) => each.startsWith('get'))).toEqual([]);
    expect(rebuilt).toEqual(['1 from a']);
  });

  test('costs the push source its place when the source announced it and did not push it', async () => {
    const { push, hear, pass, sent } = world();
    push.follow('a');
    await hear('a');
    await pass(500);
    expect(sent).toEqual(['want 1 a', 'want 0 a', 'get a']);
  });

  test('is relayed and reconstructed when its announcer sends it on request', async () => {
    const { wants, hear, answer, sent, rebuilt } = world();
    await wants('c');
    await hear('a');
    await answer(message(block));
    expect(pushesTo(sent)).toEqual(['push c']);
    expect(rebuilt).toEqual(['1 from a']);
  });

  test('is downloaded in full when its announcer does not have the compact form', async () => {
    const { hear, answer, givenUp, rebuilt } = world();
    await hear('a');
    await answer(EMPTY);
    expect([givenUp, rebuilt]).toEqual([[id], []]);
  });

  test('is downloaded in full when its announcer does not answer for three seconds', async () => {
    const { hear, pass, givenUp } = world();
    await hear('a');
    await pass(2999);
    expect(givenUp).toEqual([]);
    await pass(1);
    expect(givenUp).toEqual([id]);
  });

  test('is downloaded in full when its announcer sends another block, which counts against it', async () => {
    const { hear, answer, violations, givenUp } = world();
    await hear('a');
    await answer(message(other));
    expect([violations, givenUp]).toEqual([['block-unasked'], [id]]);
  });

  test('is reconstructed once when a push overtakes the answer', async () => {
    const { hear, pushed, answer, rebuilt, givenUp } = world();
    await hear('a');
    await pushed('b');
    await answer(message(block));
    expect([rebuilt, givenUp]).toEqual([['1 from b'], []]);
  });

  test('is requested once, although several peers announce it', async () => {
    const { hear, pass, sent } = world();
    await hear('a');
    await hear('b');
    await pass(2000);
    expect(sent.filter((each) => each.startsWith('get'))).toEqual(['get a']);
  });

  test('is not requested when its body is stored', async () => {
    const { bodies, hear, expected, sent } = world();
    bodies.add(id);
    await hear('a');
    expect([sent, expected.size]).toEqual([['want 1 a'], 0]);
  });

  test('is not requested when its chain is not better than the active one', async () => {
    const { setTipWork, hear, expected, sent } = world();
    setTipWork(1n);
    await hear('a');
    expect([sent, expected.size]).toEqual([['want 1 a'], 0]);
  });
});

describe('the compact form of a block', () => {
  test('is sent to a peer that requests it', async () => {
    const { pushed, asks } = world();
    await pushed('a');
    expect(toHex((await asks('b'))!)).toBe(toHex(message(block)));
  });

  test('is an empty answer when this node does not have it', async () => {
    const { asks } = world();
    expect(await asks('b')).toHaveLength(0);
  });

  test('is sent as soon as it arrives to a peer that requests it while this node awaits it', async () => {
    const { push, hear, asks, pushed } = world();
    push.follow('a');
    await hear('a');
    const reply = asks('b');
    await pushed('a');
    expect(toHex((await reply)!)).toBe(toHex(message(block)));
  });

  test('is an empty answer when this node awaits it for two seconds in vain', async () => {
    const { expected, asks, pass } = world();
    expected.await(id, 60_000, () => undefined);
    let reply: Uint8Array | null = null;
    void asks('b').then((answered) => (reply = answered));
    await pass(1999);
    expect(reply).toBeNull();
    await pass(1);
    expect(reply).toHaveLength(0);
  });

  test('is kept for the newest four blocks', async () => {
    const { pushed, asks } = world();
    const newest = [other, ...more].slice(0, 4);
    for (const each of [block, ...newest]) await pushed('a', each);
    expect(await asks('b', block)).toHaveLength(0);
    for (const each of newest) expect(toHex((await asks('b', each))!)).toBe(toHex(message(each)));
  });

  test('cannot be requested by anything but a block id', async () => {
    const { frame, violations } = world();
    await frame('b', FRAME.getCompact.type, new Uint8Array(31));
    expect(violations).toEqual(['b: codec-length']);
  });
});

describe('a block that this node mined', () => {
  test('is pushed to the peers that want pushes, and to no other', async () => {
    const { push, wants, sent } = world();
    await wants('b');
    push.send(compactForm(block));
    expect(pushesTo(sent)).toEqual(['push b']);
  });

  test('is pushed to four peers when no peer has asked for pushes yet', () => {
    const { push, sent } = world(['a', 'b', 'c', 'd', 'e']);
    push.send(compactForm(block));
    expect(pushesTo(sent)).toEqual(['push a', 'push b', 'push c', 'push d']);
  });

  test('is not pushed to a peer that wants pushes no longer', async () => {
    const { push, wants, sent } = world();
    await wants('a');
    await wants('b');
    await wants('b', false);
    push.send(compactForm(block));
    expect(pushesTo(sent)).toEqual(['push a']);
  });

  test('is not pushed to a peer that has disconnected', async () => {
    const { push, wants, sent } = world();
    await wants('a');
    await wants('b');
    push.forget('b');
    push.send(compactForm(block));
    expect(pushesTo(sent)).toEqual(['push a']);
  });

  test('is not reconstructed when a peer pushes it back', async () => {
    const { push, pushed, admitAs, rebuilt } = world();
    push.send(compactForm(block));
    admitAs('known');
    await pushed('a');
    expect(rebuilt).toEqual([]);
  });
});
