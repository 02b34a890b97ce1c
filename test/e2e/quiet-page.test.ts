import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';

// A screen whose answers start its next question would ask without end.
let pages: BrowserPages;

beforeAll(async () => {
  pages = await startBrowserPages();
}, 120_000);

afterAll(() => pages.stop(), 60_000);

test('a page that shows a screen with live figures asks the node for their past once a screen, not without end', async () => {
  const node = await pages.startNode('node');
  const page = await pages.open(node);
  await page.getByText('Welcome to Kith').waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  let asked = 0;
  let samples = 0;
  session.on('Network.webSocketFrameSent', ({ response }) => {
    if (response.payloadData.includes('metrics/range')) asked += 1;
  });
  session.on('Network.webSocketFrameReceived', ({ response }) => {
    if (response.payloadData.includes('receivedBytesPerSecond')) samples += 1;
  });
  for (const place of ['peers', 'mempool', 'health', 'home']) {
    await page.evaluate((to) => (location.hash = `#/${to}`), place);
    const before = samples;
    if (place !== 'mempool') await expect.poll(() => samples).toBeGreaterThan(before + 1);
  }
  // Three screens with the whole range, and what follows it once or twice.
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThan(20);
});
