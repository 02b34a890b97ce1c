import { describe, expect, test } from 'vitest';
import type { NodeStatus } from '../../../../shared/contract/node.ts';
import { type HealthFacts, healthRows } from '../../../../renderer/format/health.ts';

const STATUS: NodeStatus = {
  network: 'local',
  networkId: 'ab'.repeat(32),
  version: '0.1.0',
  peerId: 'peer',
  addresses: [],
  height: 1200,
  tip: 'cd'.repeat(32),
  headers: 1200,
  phase: 'synced',
  progress: 1,
  etaSeconds: null,
  etaRange: null,
  blocksPerSecond: 0,
  bytesPerSecond: 0,
  stall: null,
  history: null,
  peers: 8,
  mempool: 0,
  reachability: 'reachable',
  warnings: [],
  sentence: '',
  reachabilityNotice: { code: 'reach-inbound', message: 'Other nodes connect to this one.' },
  tipTime: 1_800_000_000,
  startedAt: 1_800_000_000,
};
const FACTS: HealthFacts = { freeDiskBytes: 25e9, loopDelays: [1, 2, 3], clockOffsetSeconds: 0 };

const rowsOf = (status: Partial<NodeStatus> = {}, facts: Partial<HealthFacts> = {}) =>
  healthRows({ ...STATUS, ...status }, { ...FACTS, ...facts });
const rowOf = (name: string, ...parts: Parameters<typeof rowsOf>) =>
  rowsOf(...parts).filter((row) => row.name === name);

describe('the rows of the health screen', () => {
  test('are all green on a healthy node', () => {
    expect(rowsOf().map(({ name, light }) => `${name} ${light}`)).toEqual([
      'Sync good',
      'Peers good',
      'Reachability good',
      'Clock good',
      'Disk good',
      'Responsiveness good',
    ]);
  });

  test.each([
    ['Disk', 'disk-low', 'bad'],
    ['Peers', 'peers-unknown', 'warn'],
    ['Clock', 'clock-wrong', 'bad'],
    ['Sync', 'tip-stale', 'warn'],
  ])('have a warning about %s (%s) instead of its green row', (name, code, light) => {
    const warnings = [{ code, message: 'What to do.' }];
    expect(rowOf(name, { warnings })).toMatchObject([{ light, code, sentence: 'What to do.' }]);
    expect(rowsOf({ warnings })).toHaveLength(6);
  });

  test('have a warning of any other kind as a row of its own, first', () => {
    const warnings = [{ code: 'version-old', message: 'Check for an update.' }];
    expect(rowsOf({ warnings })[0]).toMatchObject({ light: 'warn', code: 'version-old' });
    expect(rowsOf({ warnings })).toHaveLength(7);
  });

  test('have each warning of one area', () => {
    const warnings = ['peer-id-shared', 'peers-unreachable'].map((code) => ({ code, message: code }));
    expect(rowOf('Peers', { warnings }).map(({ light }) => light)).toEqual(['bad', 'warn']);
  });

  test('tell a sync that makes no progress from one that does', () => {
    const syncing = { phase: 'blocks', progress: 0.4, etaRange: { from: 70, to: 180 } } as const;
    expect(rowOf('Sync', syncing)[0]).toMatchObject({ light: 'unknown' });
    expect(rowOf('Sync', syncing)[0]!.sentence).toMatch(/\(40\u00a0%, 1 to 3 minutes left\)\.$/);
    expect(rowOf('Sync', { ...syncing, stall: 'No peer sends blocks.' })).toMatchObject([
      { light: 'warn', sentence: 'No peer sends blocks.' },
    ]);
  });

  test('say of what was not measured that it is not known', () => {
    const nothing = { freeDiskBytes: null, loopDelays: [], clockOffsetSeconds: null };
    const lights = ['Clock', 'Disk', 'Responsiveness'].map((name) => rowOf(name, {}, nothing)[0]!.light);
    expect(lights).toEqual(['unknown', 'unknown', 'unknown']);
  });

  test('forgive one delay in a hundred, and no more', () => {
    const delays = (slow: number) => Array.from({ length: 300 }, (_, i) => (i < slow ? 900 : 2));
    expect(rowOf('Responsiveness', {}, { loopDelays: delays(3) })[0]!.light).toBe('good');
    expect(rowOf('Responsiveness', {}, { loopDelays: delays(4) })[0]).toMatchObject({
      light: 'warn',
      fix: { href: '#/mining' },
    });
  });
});
