import { expect, onTestFinished, test, vi } from 'vitest';
import { createDesktopEvents } from '../../../../renderer/state/desktop-events.ts';
import { createFileSaver } from '../../../../renderer/state/file-saver.ts';
import * as offers from '../../../../renderer/state/save-file.ts';
import type { DesktopClient, DesktopEvent } from '../../../../shared/contract/desktop.ts';
import { sentenceFor } from '../../../../shared/errors.ts';

/** An app whose streams of events the test ends, one after the other. */
function createApp() {
  const streams: TransformStream<DesktopEvent, DesktopEvent>[] = [];
  const watch = () => {
    streams.push(new TransformStream());
    return Promise.resolve(streams.at(-1)!.readable);
  };
  const writer = () => streams.at(-1)!.writable.getWriter();
  return {
    client: { watch } as unknown as DesktopClient,
    streams,
    end: () => void writer().close(),
    fail: () => void writer().abort(new Error('the app has gone')),
    send(event: DesktopEvent) {
      const open = writer();
      void open.write(event);
      open.releaseLock();
    },
  };
}

function follow(seenWithin?: number) {
  const app = createApp();
  const events = createDesktopEvents(seenWithin);
  const over = new AbortController();
  onTestFinished(() => over.abort());
  void events.follow(app.client, over.signal);
  return { app, events };
}

const saved = (url: string): DesktopEvent => ({ kind: 'file', url, saved: true, problem: null });

test.each(['end', 'fail'] as const)(
  'a save ends when the stream of events does (%s), with a reason',
  async (ending) => {
    const { app, events } = follow();
    const end = events.fileEnds('blob:1');
    app[ending]();
    expect(await end).toMatchObject({ saved: false, problem: { code: 'save-unreported' } });
  },
);

test('the page subscribes again after the stream has ended, and hears of later saves', async () => {
  const { app, events } = follow();
  app.end();
  await expect.poll(() => app.streams.length).toBe(2);
  const end = events.fileEnds('blob:2');
  app.send(saved('blob:2'));
  expect(await end).toEqual(saved('blob:2'));
});

test('a save ends with a reason when the app does not see the file', async () => {
  const { events } = follow(1);
  expect(await events.fileEnds('blob:5')).toMatchObject({
    saved: false,
    problem: { code: 'save-unreported' },
  });
});

test('a save of a file that the app has seen lasts as long as its dialog', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { app, events } = follow(1000);
  const end = events.fileEnds('blob:6');
  app.send({ kind: 'file-seen', url: 'blob:6' });
  await vi.advanceTimersByTimeAsync(3_600_000);
  app.send(saved('blob:6'));
  expect(await end).toEqual(saved('blob:6'));
});

test('a save without a stream of events ends at once', async () => {
  expect(await createDesktopEvents().fileEnds('blob:3')).toMatchObject({
    saved: false,
    problem: { code: 'save-unreported' },
  });
});

test('a save whose end was not reported is not announced as saved, and the page says why', async () => {
  vi.spyOn(offers, 'offerFile').mockReturnValue('blob:4');
  onTestFinished(() => void vi.restoreAllMocks());
  const say = vi.fn();
  const save = createFileSaver(createDesktopEvents(), { say } as unknown as Parameters<
    typeof createFileSaver
  >[1]);
  expect(await save('a.csv', 'text')).toBe(false);
  expect(say).toHaveBeenCalledWith(sentenceFor('save-unreported'), 'bad', 'save');
});
