import { describe, expect, test } from 'vitest';
import { type ReachFacts, assessReachability } from '../../../../main/net/nat/verdict.ts';

const FACTS: ReachFacts = {
  local: false,
  listening: true,
  port: 21474,
  askable: 3,
  in: 0,
  out: 0,
  inbound: 0,
  seenAs: '44.2.0.2',
  own: false,
  mapped: false,
  relays: 0,
  punched: 0,
  unpunched: 0,
};

describe('the reachability of this node', () => {
  test.each<[string, Partial<ReachFacts>, string, string, string]>([
    ['on loopback alone', { local: true }, 'local', 'reach-local', 'an address to listen on'],
    [
      'without listening',
      { listening: false },
      'unreachable',
      'reach-not-listening',
      'an address to listen on',
    ],
    ['with nobody to ask', { askable: 0 }, 'unknown', 'reach-nobody', 'none is connected'],
    ['while peers are asked', {}, 'unknown', 'reach-asking', 'peers are testing'],
    ['when a peer connected', { inbound: 1, out: 3 }, 'reachable', 'reach-inbound', 'have connected'],
    ['when a peer got in', { in: 1 }, 'reachable', 'reach-tried', 'could connect'],
    ['when one of two got in', { in: 1, out: 1 }, 'reachable', 'reach-tried', 'could connect'],
    ['when a router opened a port', { in: 1, mapped: true }, 'reachable', 'reach-mapped', 'UPnP'],
    ['when most could not', { in: 1, out: 2 }, 'unreachable', 'reach-router', 'forward TCP port 21474'],
    ['behind a router', { out: 1 }, 'unreachable', 'reach-router', '(public address 44.2.0.2)'],
    ['behind a firewall', { out: 1, own: true }, 'unreachable', 'reach-firewall', 'open TCP port 21474'],
    ['behind two routers', { out: 1, mapped: true }, 'unreachable', 'reach-second-router', 'second router'],
    ['with relays', { out: 1, relays: 2 }, 'unreachable', 'reach-router', 'through 2 relays'],
    [
      'behind a router that gives every connection another port',
      { out: 1, relays: 1, unpunched: 2 },
      'unreachable',
      'reach-router',
      'another port',
    ],
  ])('%s', (_name, facts, reachability, code, words) => {
    const verdict = assessReachability({ ...FACTS, ...facts });
    expect([verdict.reachability, verdict.notice.code]).toEqual([reachability, code]);
    expect(verdict.notice.message).toContain(words);
    expect(verdict.notice.message).toMatch(/^[A-Z].*\.$/);
  });
});
