import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createDesktopHost } from '../../../../main/electron/desktop-host.ts';
import { createPageEvents } from '../../../../main/electron/page-events.ts';
import { createDesktop } from '../../../../renderer/state/desktop.svelte.ts';
import type { DesktopEvent } from '../../../../shared/contract/desktop.ts';
import { MessagePortMain } from '../../../support/message-ports.ts';

/** A page, and the app that passes it ports. */
function open() {
  const page = new EventTarget();
  vi.stubGlobal('window', page);
  onTestFinished(() => void vi.unstubAllGlobals());
  const events = createPageEvents((error) => expect.fail(String(error)));
  let streams = 0;
  let begun = 0;
  const access = {
    state: () => Promise.resolve({ missing: [], place: null }),
    copied: () => undefined,
    events: {
      subscribe(push: (event: DesktopEvent) => void) {
        streams++;
        begun++;
        const off = events.subscribe(push);
        return () => {
          streams--;
          off();
        };
      },
    },
  };
  const serve = createDesktopHost(access as unknown as Parameters<typeof createDesktopHost>[0]);
  return {
    desktop: createDesktop(),
    events,
    /** Streams of events that the app serves. */
    streams: () => streams,
    /** Streams that it has begun to serve. */
    begun: () => begun,
    /** Passes the page a port to the desktop; gives the other end. */
    passPort() {
      const { port1, port2 } = new MessageChannel();
      serve(new MessagePortMain(port1), () => undefined);
      onTestFinished(() => port1.close());
      const message = { source: page, data: { type: 'desktop-port' }, ports: [port2] };
      page.dispatchEvent(Object.assign(new Event('message'), message));
      return port1;
    },
  };
}

test('a port that replaces another closes it, and one stream of events remains', async () => {
  const { passPort, streams, begun } = open();
  const first = passPort();
  await expect.poll(streams).toBe(1);
  const closed = once(first, 'close');
  passPort();
  await closed;
  await expect.poll(begun).toBe(2);
  await expect.poll(streams).toBe(1);
});

test('a file that was offered before its port was replaced is still reported', async () => {
  const { desktop, events, passPort, begun } = open();
  passPort();
  await expect.poll(begun).toBe(1);
  const end = desktop.fileEnds('blob:1');
  passPort();
  await expect.poll(begun).toBe(2);
  events.send({ kind: 'file', url: 'blob:1', saved: true, problem: null });
  expect(await end).toMatchObject({ saved: true });
});

test('a save ends when the app closes the port', async () => {
  const { desktop, passPort, streams } = open();
  const port = passPort();
  await expect.poll(streams).toBe(1);
  const end = desktop.fileEnds('blob:1');
  port.close();
  expect(await end).toMatchObject({ saved: false, problem: { code: 'save-unreported' } });
});

test('after the app has closed the port, calls fail, and a port that replaces it serves them again', async () => {
  const { desktop, passPort, streams } = open();
  const port = passPort();
  await expect.poll(streams).toBe(1);
  port.close();
  await expect.poll(streams).toBe(0);
  expect(await desktop.copied('an address')).toBe(false);
  await expect(desktop.act('cancelMove')).rejects.toThrow();
  passPort();
  await expect.poll(streams).toBe(1);
  expect(await desktop.copied('an address')).toBe(true);
});
