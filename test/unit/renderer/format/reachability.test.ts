import { describe, expect, test } from 'vitest';
import { reachSteps } from '../../../../renderer/format/reachability.ts';
import type { NetworkReachability } from '../../../../shared/contract/network.ts';

const FACTS: NetworkReachability = {
  reachability: 'unknown',
  notice: { code: 'reach-asking', message: 'peers are testing' },
  local: false,
  listening: true,
  port: 21474,
  publicAddress: null,
  inbound: 0,
  testers: 0,
  dialBacks: { succeeded: 0, failed: 0 },
  mapped: false,
  relays: 0,
  holePunching: { succeeded: 0, failed: 0 },
  testAllowedIn: 0,
};

describe('the ways in which other nodes could connect', () => {
  test.each<[string, Partial<NetworkReachability>, number, string]>([
    ['an inbound peer', { inbound: 1 }, 0, 'worked'],
    ['no inbound peer', {}, 0, 'unknown'],
    ['a port mapping', { mapped: true }, 1, 'worked'],
    ['no port mapping, which need not be a failure', {}, 1, 'unknown'],
    ['dial-backs that succeeded', { dialBacks: { succeeded: 2, failed: 1 } }, 2, 'worked'],
    ['dial-backs of which more failed', { dialBacks: { succeeded: 1, failed: 2 } }, 2, 'failed'],
    ['no answer to a dial-back', { testers: 2 }, 2, 'unknown'],
    ['relays', { relays: 2 }, 3, 'worked'],
    ['no relay', { reachability: 'unreachable' }, 3, 'unknown'],
    ['hole punching that failed', { holePunching: { succeeded: 0, failed: 2 } }, 4, 'failed'],
    ['hole punching that succeeded once', { holePunching: { succeeded: 1, failed: 2 } }, 4, 'worked'],
  ])('show %s', (_what, facts, at, outcome) => {
    expect(reachSteps({ ...FACTS, ...facts })[at]).toMatchObject({ outcome });
  });

  test.each([[{ local: true }], [{ listening: false }]])('are off with %o', (facts) => {
    expect(new Set(reachSteps({ ...FACTS, ...facts }).map(({ outcome }) => outcome))).toEqual(
      new Set(['off']),
    );
  });

  test('name who counted', () => {
    const [, , dialBack] = reachSteps({ ...FACTS, dialBacks: { succeeded: 1, failed: 0 } });
    expect(dialBack!.sentence).toMatch(/^Claimed by peers.*1 could connect, 0 could not/);
  });
});
