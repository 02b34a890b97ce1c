import type { Clock } from '../../lib/clock.ts';
import { KithError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { ReachFacts } from './verdict.ts';

export interface UserTestDeps {
  readonly facts: () => ReachFacts;
  /** Lets peers be asked again. */
  readonly askAgain: () => void;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Log;
}

/** A test of reachability that a user starts. */
export interface UserTest {
  /** @throws {KithError} `reach-tested-recently`, `reach-untestable` */
  run(): void;
  allowedInMs(): number;
}

/** Shortest time between two tests: each makes up to three peers dial. */
const TEST_MS = 60_000;

export function createUserTest({ facts, askAgain, clock, log }: UserTestDeps): UserTest {
  let testedAt = -Infinity;
  const allowedInMs = () => Math.max(0, testedAt + TEST_MS - clock.monotonic());
  return {
    allowedInMs,
    run() {
      const { local, listening, askable } = facts();
      if (local || !listening || askable === 0) throw new KithError('reach-untestable');
      const seconds = Math.ceil(allowedInMs() / 1000);
      if (seconds > 0) throw new KithError('reach-tested-recently', undefined, { data: { seconds } });
      testedAt = clock.monotonic();
      askAgain();
      log.info('reachability is tested again');
    },
  };
}
