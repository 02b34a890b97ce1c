import type { UnixSeconds } from '../../../shared/units.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { createEmitter, type Events } from '../../lib/events.ts';
import type { Log } from '../../lib/log.ts';
import { boundsOf, createMonthCount, type MonthRecord, monthOf } from './month-count.ts';

/**
 * What the node still sends in this month. `open`: everything. `reserve`: no history, only what new blocks and transactions
 * need. `closed`: nothing; it has no connections.
 */
export type UploadStage = 'open' | 'reserve' | 'closed';

/** Where the count is kept between runs. */
export interface MonthStore {
  /** Null if there is none that can be used. Never rejects. */
  read(): Promise<MonthRecord | null>;
  write(record: MonthRecord): Promise<void>;
}

/** Counts what is sent in each calendar month, and applies the limit that the user set for a month. */
export interface UploadMonth {
  readonly events: Events<{ stage: UploadStage }>;
  /** Bytes a month; null for no limit. */
  readonly limit: number | null;
  limitTo(limit: number | null): void;
  /** Bytes of this month. */
  used(): number;
  /** When the next month begins. */
  endsAt(): UnixSeconds;
  stage(): UploadStage;
  /** Whether so many bytes may be sent now without exceeding the limit. */
  allows(bytes: number): boolean;
  sent(bytes: number): void;
  /** Reads the count of earlier runs. */
  start(): Promise<void>;
  /** Stores the exact count. */
  stop(): Promise<void>;
}

export interface UploadMonthDeps {
  readonly limit: number | null;
  readonly store: MonthStore;
  readonly clock: Pick<Clock, 'now' | 'every'>;
  readonly log: Log;
}

/** The last part of the limit is for new blocks and transactions. */
const RESERVE_SHARE = 0.1;
/** So many bytes before the limit the node closes its connections, and sends nothing more at all, also in those that still close. */
const CLOSE_BYTES = 64 * 1024;
/** What is counted for the first bytes of a connection, which are sent before the encryption; it is more than they are. */
export const FIRST_BYTES = 64;
/** Left for what was counted too low. */
const UNCOUNTED_BYTES = 32 * 1024;
/** The stored count is ahead by at least this, so that a crash does not lose bytes. */
const AHEAD = { share: 1 / 200, least: 128 * 1024, most: 16_000_000 } as const;
/** How often the count is stored without a limit, and the month is looked at. */
const CHECK_MS = 10_000;

export function createUploadMonth(deps: UploadMonthDeps): UploadMonth {
  const { store, clock, log } = deps;
  let { limit } = deps;
  let count = createMonthCount(null, clock.now());
  const events = createEmitter<{ stage: UploadStage }>((error) =>
    log.error('a listener of the upload limit failed', { error }),
  );
  let stage: UploadStage = 'open';
  let timer: Timer | undefined;
  const saves = createSaves(deps);
  let isStarted = false;

  const ahead = (): number =>
    limit === null ? 0 : Math.min(AHEAD.most, Math.max(AHEAD.least, Math.floor(limit * AHEAD.share)));

  function save(more: number): Promise<void> {
    const record = count.record();
    return saves.write({ ...record, total: record.total + more });
  }

  function keep(): void {
    if (!isStarted || saves.running !== null || saves.hasFailed) return;
    const left = saves.stored - count.record().total;
    if (limit !== null && left < ahead() / 2) void save(ahead());
  }

  function check(): void {
    const next = stageOf(limit, count.used(clock.now()));
    if (next === stage) return;
    log.info('what may be sent in this month has changed', { from: stage, to: next, limit });
    stage = next;
    events.emit('stage', next);
  }

  return {
    events,
    get limit() {
      return limit;
    },
    limitTo(next) {
      limit = next;
      check();
      keep();
    },
    used: () => count.used(clock.now()),
    endsAt: () => boundsOf(monthOf(clock.now()))[1],
    stage: () => stage,
    allows: (bytes) => limit === null || count.used(clock.now()) + bytes <= limit - UNCOUNTED_BYTES,
    sent(bytes) {
      count.add(bytes, clock.now());
      if (limit === null) return;
      check();
      keep();
    },
    async start() {
      const record = await store.read();
      count = createMonthCount(record, clock.now());
      saves.stored = count.record().total;
      isStarted = true;
      check();
      keep();
      timer = clock.every(CHECK_MS, () => {
        check();
        if (saves.running !== null) return;
        if (saves.hasFailed || (limit === null && saves.stored !== count.record().total)) void save(ahead());
      });
    },
    async stop() {
      timer?.cancel();
      if (!isStarted) return;
      isStarted = false;
      await saves.running;
      await save(0);
    },
  };
}

/** Writes of the count, one at a time, and what the last one has achieved. */
interface Saves {
  /** The total that is on the disk. */
  stored: number;
  running: Promise<void> | null;
  /** The next write waits for the timer then, so that a full disk does not get one for every packet. */
  hasFailed: boolean;
  /** Never rejects. */
  write(record: MonthRecord): Promise<void>;
}

function createSaves({ store, log }: Pick<UploadMonthDeps, 'store' | 'log'>): Saves {
  const saves: Saves = {
    stored: 0,
    running: null,
    hasFailed: false,
    write(record) {
      saves.running = store
        .write(record)
        .then(
          () => {
            saves.stored = record.total;
            saves.hasFailed = false;
          },
          (error: unknown) => {
            if (!saves.hasFailed) log.warn('the count of sent bytes could not be stored', { error });
            saves.hasFailed = true;
          },
        )
        .finally(() => (saves.running = null));
      return saves.running;
    },
  };
  return saves;
}

function stageOf(limit: number | null, used: number): UploadStage {
  if (limit === null) return 'open';
  if (used >= limit - CLOSE_BYTES) return 'closed';
  return used >= limit * (1 - RESERVE_SHARE) ? 'reserve' : 'open';
}
