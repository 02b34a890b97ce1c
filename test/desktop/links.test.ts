import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type DesktopApp, launchDesktop, LOCAL, newFolder } from './support/desktop-app.ts';

const PASSWORD = 'correct horse battery';

/** What a web page or a mail could make the system pass to the app. */
const HOSTILE: readonly string[] = [
  'kith:',
  'kith://',
  'kith:kith1qqqq?amount=1e309',
  'kith:kith1qqqq?amount=-1&label=<script>fetch("app://kith/")</script>',
  'kith:../../../../etc/passwd',
  'kith:%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  'kith:x#/settings',
  "kith:x');process.exit(1)//",
  'kith:javascript:alert(1)',
  'kith:join?id=00&block=1.00.1&at=/ip4/127.0.0.1/tcp/1',
  'kith:join?file=%00&at=file:///etc/passwd',
  'kith:\u202Egnp.exe',
  `kith:${'a'.repeat(1990)}`,
  `kith:${'%'.repeat(1000)}`,
  `kith:join?${'&at=/'.repeat(800)}`,
  `kith:${'a'.repeat(100_000)}`,
  'kith:--inspect=0.0.0.0:9229',
  'kith:x --no-sandbox',
  'KITH:X?AMOUNT=5',
  'file:///etc/passwd',
  'file:///etc/shadow.kith',
  '/proc/self/environ.kith',
  '--remote-debugging-port=9222',
  'app://kith/#/send/kith:x',
  'http://example.org/x.kith',
];

/** As the system passes the arguments of a second start. */
function secondStarts({ electron }: DesktopApp, links: readonly string[], folder: string): Promise<void> {
  return electron.evaluate(
    ({ app }, [all, from]) => {
      for (const link of all) app.emit('second-instance', {}, ['kith', '--flag', link], from, null);
    },
    [links, folder] as const,
  );
}

/** Waits until the page has the node's answers, whatever screen it shows. */
const opened = ({ page }: DesktopApp): Promise<void> => page.getByRole('navigation').first().waitFor();
const place = ({ page }: DesktopApp): string => new URL(page.url()).hash;

test('1 000 hostile links only fill in a form: no payment, no question, no crash', async () => {
  const app = await launchDesktop();
  await app.page.getByText('Welcome to Kith').waitFor();
  await app.person.makeWallet('Everyday', PASSWORD);
  const folder = newFolder();
  for (let round = 0; round < 8; round++) {
    const links = Array.from({ length: 125 }, (_each, n) => {
      const link = HOSTILE[(round * 125 + n) % HOSTILE.length]!;
      return n % 3 === 0 ? link : `${link}${n}`;
    });
    await secondStarts(app, links, folder);
    // The last one of each round is a good one, so that the end of the round can be seen.
    await secondStarts(app, [`kith:round${round}`], folder);
    await expect.poll(() => place(app)).toBe(`#/send/${encodeURIComponent(`kith:round${round}`)}`);
  }
  await expect.poll(() => app.page.getByLabel('To', { exact: true }).inputValue()).not.toBe('');
  const asked = (await app.dialogs()).map(({ message }) => message);
  expect(new Set(asked)).toEqual(new Set(asked.length > 0 ? ['The network file could not be opened.'] : []));
  await app.person.go('wallet');
  await app.page.getByText('Everyday').first().waitFor();
  expect(await app.page.getByRole('row').filter({ hasText: /sent/i }).count()).toBe(0);
  const metrics = await app.electron.evaluate(({ app: electronApp }) => electronApp.getAppMetrics().length);
  expect(metrics).toBeGreaterThan(1);
  expect(app.errors()).not.toMatch(/Unhandled|TypeError|ERR_/);
  expect(await app.quit()).toBe(0);
});

test('a second start passes its link on, ends, and leaves the first one in front', async () => {
  const app = await launchDesktop();
  await app.page.getByText('Welcome to Kith').waitFor();
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.hide());
  const link = 'kith:kith1abc?amount=5';
  const args = [process.cwd(), ...LOCAL, '--datadir', app.datadir, '--', link];
  const second = spawn(process.env['KITH_ELECTRON']!, args, { stdio: 'ignore' });
  const code = await new Promise((resolve) => second.on('exit', resolve));
  expect(code).toBe(0);
  await expect.poll(() => place(app)).toBe(`#/send/${encodeURIComponent(link)}`);
  const visible = await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((window) => window.isVisible()),
  );
  expect(visible).toEqual([true]);
  expect(await app.quit()).toBe(0);
});

test('a first start with a hostile link opens the form, and one with a network file the choice of networks', async () => {
  const cold = await launchDesktop({ args: [...LOCAL, "kith:x');process.exit(1)//#/settings"] });
  await opened(cold);
  expect(place(cold)).toMatch(/^#\/send\/kith%3Ax/);
  expect(await cold.dialogs()).toEqual([]);
  expect(await cold.quit()).toBe(0);

  const file = path.join(newFolder(), 'ours.kith.json');
  writeFileSync(file, '{"name":"Ours"}');
  const withFile = await launchDesktop({ args: [...LOCAL, file] });
  await opened(withFile);
  expect(decodeURIComponent(place(withFile))).toBe('#/networks/{"name":"Ours"}');
  // As macOS passes links and files.
  await withFile.electron.evaluate(({ app }) => {
    app.emit('open-url', { preventDefault: () => undefined }, 'kith:warm');
  });
  await expect.poll(() => place(withFile)).toBe('#/send/kith%3Awarm');
  await withFile.electron.evaluate(({ app }, opened) => {
    app.emit('open-file', { preventDefault: () => undefined }, opened);
  }, file);
  await expect.poll(() => decodeURIComponent(place(withFile))).toBe('#/networks/{"name":"Ours"}');
  expect(await withFile.quit()).toBe(0);
});
