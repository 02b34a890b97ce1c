import type { Connection } from '@libp2p/interface';
import type { Clock, Timer } from '../../lib/clock.ts';
import { type Amount, createBalance } from './balance.ts';
import { ANSWER_MICROS_PER_KIB, COST, type QueueName, LIMITS, type RequestName } from './costs.ts';
import { type Account, createFairQueue, type FairQueue } from './fair-queue.ts';
import { perConnection } from '../protocol/per-connection.ts';
import { createTurns } from './turns.ts';
import type { Upload } from './upload.ts';

/** Limits the total cost of the requests of all peers (costs.ts). */
export interface Budgets {
  of(connection: Pick<Connection, 'remoteAddr' | 'remotePeer'>): PeerBudget;
  /** The budget of a connection by its address, for a connection that has no libp2p object yet. */
  ofAddress(address: string): PeerBudget;
  /** Number of requests that are queued. */
  readonly waiting: number;
  /** The upload limit changed: requests that wait for it are considered again. */
  consider(): void;
  stop(): void;
}

/** The budget of one connection. */
export interface PeerBudget {
  /** Resolves when a request of this kind and size may be processed. */
  spend(request: RequestName, bytes: number): Promise<void>;
  /**
   * Resolves when this many bytes of an answer may be sent. `begun`: whether earlier bytes of the same answer were sent
   * already.
   */
  answer(request: RequestName, bytes: number, begun: boolean): Promise<void>;
  /** The connection is closed: drops its queued requests. */
  end(): void;
  /**
   * Resolves when no other large answer is being sent on this connection. The caller calls the returned function to let
   * the next answer start.
   */
  alone(): Promise<() => void>;
}

export interface BudgetsDeps {
  /**
   * The network group of an address. Null for loopback, because programs on this computer share an address but are not
   * one party.
   */
  readonly groupOf: (address: string) => string | null;
  readonly upload: Pick<Upload, 'wait' | 'granted'>;
  readonly clock: Clock;
}

/** Longest time spent on requests in one turn of the event loop. */
const TURN_MS = 10;
/** The order in which the queues get the upload limit and the turns of the event loop: new blocks before history. */
const QUEUES: readonly QueueName[] = ['relay', 'open', 'bulk'];

export function createBudgets(deps: BudgetsDeps): Budgets {
  const { upload, groupOf, clock } = deps;
  const ms = clock.monotonic;
  const turn = createTurns(QUEUES.length, TURN_MS * 1000, clock);
  let timer: Timer | undefined;
  let stopped = false;

  const queueOf = (queue: QueueName): FairQueue =>
    createFairQueue(LIMITS[queue], {
      ms,
      gate: ({ bytes }) => (bytes > 0 ? upload.wait() : 0),
      granted: ({ bytes }) => upload.granted(bytes),
      waits: pump,
    });
  const queues: Readonly<Record<QueueName, FairQueue>> = {
    relay: queueOf('relay'),
    open: queueOf('open'),
    bulk: queueOf('bulk'),
  };

  function pump(): void {
    timer?.cancel();
    if (stopped) return;
    const soonest = Math.min(...QUEUES.map((queue) => queues[queue].pump()));
    if (soonest < Infinity) timer = clock.after(soonest, pump);
  }

  function create(address: string, otherwise: string): PeerBudget {
    const group = groupOf(address) ?? otherwise;
    const accountOf = (queue: QueueName): Account => ({ group, own: createBalance(LIMITS[queue].peer, ms) });
    const accounts: Readonly<Record<QueueName, Account>> = {
      relay: accountOf('relay'),
      open: accountOf('open'),
      bulk: accountOf('bulk'),
    };
    let large: Promise<unknown> = Promise.resolve();
    return {
      async spend(request, bytes) {
        const { queue } = COST[request];
        const amount = costOf(request, bytes);
        await queues[queue].spend(accounts[queue], amount);
        await turn(QUEUES.indexOf(queue), amount.micros);
      },
      async answer(request, bytes, begun) {
        const { queue } = COST[request];
        const amount = { micros: Math.ceil((bytes / 1024) * ANSWER_MICROS_PER_KIB), bytes };
        await (begun ? queues[queue].proceed : queues[queue].spend)(accounts[queue], amount);
        // Each piece is encrypted when it is sent. Without turns a burst of full blocks would block the event loop for
        // a third of a second.
        await turn(QUEUES.indexOf(queue), amount.micros);
      },
      end() {
        for (const queue of QUEUES) queues[queue].drop(accounts[queue]);
        pump();
      },
      alone() {
        const before = large;
        const { promise, resolve } = Promise.withResolvers<undefined>();
        large = promise;
        return before.then(() => () => resolve(undefined));
      },
    };
  }

  let unidentified = 0;
  return {
    of: perConnection((connection) =>
      create(connection.remoteAddr.toString(), connection.remotePeer.toString()),
    ),
    ofAddress: (address) => create(address, `connection ${unidentified++}`),
    get waiting() {
      return QUEUES.reduce((sum, queue) => sum + queues[queue].size, 0);
    },
    consider: pump,
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}

/** The cost of a request from the table in costs.ts. Each id, or other 32 bytes of the request, costs `microsEach`. */
export function costOf(request: RequestName, bytes: number): Amount {
  const { micros, microsEach } = COST[request];
  return { micros: micros + Math.ceil((bytes * microsEach) / 32), bytes: 0 };
}
