import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { expect, onTestFinished, test } from 'vitest';
import { createDesktopHost } from '../../../main/electron/desktop-host.ts';
import { createPageEvents } from '../../../main/electron/page-events.ts';
import { KithError } from '../../../main/lib/errors.ts';
import type { DesktopClient, DesktopSettings } from '../../../shared/contract/desktop.ts';
import { faultOf } from '../../../shared/errors.ts';
import { MessagePortMain as TestPort } from '../../support/message-ports.ts';

const refuse = () => Promise.reject(new KithError('move-busy'));

/** A client of settings in memory, every change that was stored, what was copied, and the events of the page. */
function serve() {
  const copied: string[] = [];
  const stored: Partial<DesktopSettings>[] = [];
  let settings: DesktopSettings = {
    closeToTray: null,
    notifications: true,
    pauseOnBattery: true,
    lockWithScreen: true,
    startAtLogin: false,
    hideAmounts: false,
    numbers: 'system',
    unit: 'KITH',
  };
  const events = createPageEvents((error) => expect.fail(String(error)));
  const host = createDesktopHost({
    events,
    settings: () => settings,
    state: () => Promise.resolve({ settings, missing: [], place: null }),
    mover: { move: refuse, useOld: refuse, deleteOld: refuse, cancel: () => undefined },
    copied: (text) => void copied.push(text),
    change(changed) {
      stored.push(changed);
      settings = { ...settings, ...changed };
    },
  });
  const { port1, port2 } = new MessageChannel();
  host(new TestPort(port1), () => undefined);
  const client = createORPCClient<DesktopClient>(new RPCLink({ port: port2 }));
  port2.start();
  onTestFinished(() => port2.close());
  return { client, stored, copied, events };
}

test('only settings that differ from the default are stored', async () => {
  const { client, stored } = serve();
  expect((await client.set({ notifications: true })).settings.notifications).toBe(true);
  expect((await client.set({ notifications: false, pauseOnBattery: true })).settings).toMatchObject({
    notifications: false,
    pauseOnBattery: true,
  });
  expect(stored).toEqual([{ notifications: false }]);
});

test('a script that changes settings repeatedly is refused after 30 changes', async () => {
  const { client, stored } = serve();
  const changes = Array.from({ length: 100 }, (_each, n) =>
    client.set({ notifications: n % 2 === 1 }).then(
      () => 'stored',
      (error: unknown) => faultOf(error).code,
    ),
  );
  const outcomes = await Promise.all(changes);
  expect(outcomes.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 'stored'));
  expect(stored).toHaveLength(30);
  // Half of the later calls ask for what is stored already.
  expect(outcomes.filter((each) => each === 'settings-changed-often')).toHaveLength(35);
  expect((await client.state({})).settings.notifications).toBe(true);
});

test('a move that is refused has a code', async () => {
  const { client } = serve();
  const fault = await client.moveData({}).catch(faultOf);
  expect(fault).toMatchObject({ code: 'move-busy' });
});

test('the app gets the texts that the page copied, and refuses one without end', async () => {
  const { client, copied } = serve();
  await client.copied({ text: 'an address' });
  await expect(client.copied({ text: 'x'.repeat(1_000_001) })).rejects.toThrow();
  await expect(client.copied({ text: '' })).rejects.toThrow();
  expect(copied).toEqual(['an address']);
});

test('the page is told how a file ended, and a sentence instead of a dialog', async () => {
  const { client, events } = serve();
  const stream = await client.watch({});
  const first = stream.next();
  // The subscription begins when the first event is asked for.
  await client.state({});
  const saved = { kind: 'file', url: 'blob:app://kith/1', saved: true, problem: null } as const;
  events.send(saved);
  expect((await first).value).toEqual(saved);
  events.sendProblem('close-cancelled-often');
  const { value } = await stream.next();
  expect(value).toMatchObject({ kind: 'notice', notice: { code: 'close-cancelled-often' } });
  await stream.return?.();
});
