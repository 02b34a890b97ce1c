import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hasBusName } from '../../main/electron/session-bus.ts';
import { type DesktopApp, launchDesktop, LOCAL } from './support/desktop-app.ts';
import { linuxTest } from './support/linux-test.ts';
import { startBusWithTray } from './support/session-bus.ts';

/** Windows and macOS always have a tray and a keyring. */
const withoutTray = linuxTest('there is always a tray and a keyring');

const QUESTION = 'Keep Kith running when the window is closed?';

const closeWindow = ({ electron }: DesktopApp): Promise<void> =>
  electron.evaluate(({ BrowserWindow }) => {
    setImmediate(() => BrowserWindow.getAllWindows()[0]!.close());
  });
const isVisible = ({ electron }: DesktopApp): Promise<boolean> =>
  electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.isVisible());

/** The app on a desktop that shows tray icons. */
async function launchWithTray(): Promise<DesktopApp> {
  const env: Record<string, string> = {};
  if (process.platform === 'linux') {
    env['DBUS_SESSION_BUS_ADDRESS'] = await startBusWithTray();
    await expect.poll(() => hasBusName('org.kde.StatusNotifierWatcher', env)).toBe(true);
    expect(await hasBusName('org.kde.NoSuchName', env)).toBe(false);
  }
  const app = await launchDesktop({ env });
  await app.page.getByRole('navigation').first().waitFor();
  // The app asks the bus while the page loads.
  await expect
    .poll(async () => {
      await app.person.go('home');
      await app.person.go('settings');
      return app.page.getByRole('switch', { name: 'Keep running in the tray' }).isEnabled();
    })
    .toBe(true);
  return app;
}

withoutTray(
  'without a tray, closing the window quits the app, because the user could not open it again',
  async () => {
    const app = await launchDesktop();
    await app.page.getByRole('navigation').first().waitFor();
    await closeWindow(app);
    expect(await app.ended).toBe(0);
  },
);

withoutTray('Settings says what this desktop lacks: a tray and a keyring', async () => {
  const app = await launchDesktop();
  await app.page.getByRole('navigation').first().waitFor();
  await app.person.go('settings');
  await app.page.getByText('This desktop shows no tray icons').waitFor();
  await app.page.getByText('This desktop has no keyring. Kith stores no password in one').waitFor();
  expect(await app.quit()).toBe(0);
});

withoutTray('a hidden start without a tray shows the window minimised, where the user finds it', async () => {
  const app = await launchDesktop({ args: [...LOCAL, '--hidden'] });
  const findable = (): Promise<boolean> =>
    app.electron.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      return window!.isVisible() || window!.isMinimized();
    });
  await expect.poll(findable).toBe(true);
  expect(await app.quit()).toBe(0);
});

test('with a tray the user is asked once, and the app then stays in the tray', async () => {
  const app = await launchWithTray();
  const { datadir } = app;
  await closeWindow(app);
  await expect.poll(async () => (await app.dialogs()).map(({ message }) => message)).toEqual([QUESTION]);
  expect(await isVisible(app)).toBe(true);
  await app.press('Keep running');
  await closeWindow(app);
  await expect.poll(() => isVisible(app)).toBe(false);
  expect(readFileSync(path.join(datadir, 'desktop.json'), 'utf8')).toContain('"closeToTray": true');
  // A second start shows it again, and now closing asks nothing.
  await app.electron.evaluate(({ app: electronApp }) => {
    electronApp.emit('second-instance', {}, ['kith'], '/', null);
  });
  await expect.poll(() => isVisible(app)).toBe(true);
  await closeWindow(app);
  await expect.poll(() => isVisible(app)).toBe(false);
  expect((await app.dialogs()).filter(({ message }) => message === QUESTION)).toHaveLength(2);
  expect(await app.quit()).toBe(0);
});

test('after five cancelled questions about closing, a sentence in the page stands for the sixth', async () => {
  const app = await launchWithTray();
  for (let asked = 1; asked <= 5; asked++) {
    await closeWindow(app);
    await expect.poll(async () => (await app.dialogs()).length).toBe(asked);
  }
  await closeWindow(app);
  await app.page.getByText('The question about closing the window was cancelled too often').waitFor();
  expect(await app.dialogs()).toHaveLength(5);
  expect(await isVisible(app)).toBe(true);
  expect(await app.quit()).toBe(0);
});

test('mining pauses on battery power and continues on mains power', async () => {
  const app = await launchDesktop();
  await app.page.getByText('Welcome to Kith').waitFor();
  await app.person.makeWallet('Everyday', 'correct horse battery');
  await app.person.setMining(true);
  const power = (onBattery: boolean): Promise<void> =>
    app.electron.evaluate(({ powerMonitor }, battery) => {
      powerMonitor.isOnBatteryPower = () => battery;
      powerMonitor.emit(battery ? 'on-battery' : 'on-ac');
    }, onBattery);
  await app.person.go('mining');
  await power(true);
  await app.page.getByText('Mining is paused while this computer runs on its battery.').waitFor();
  await power(false);
  await app.page
    .getByText('Mining is paused while this computer runs on its battery.')
    .waitFor({ state: 'detached' });
  expect(await app.quit()).toBe(0);
});

test('a slow quit shows a small window, and the app quits', async () => {
  const app = await launchDesktop();
  await app.page.getByRole('navigation').first().waitFor();
  // The thread of the node is not told to stop, so it is ended after some seconds.
  await app.electron.evaluate(() => {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function postMessage(this: InstanceType<typeof Worker>, ...args) {
      if ((args[0] as { kind?: string }).kind !== 'stop') post.apply(this, args);
    };
  });
  const [sheet] = await Promise.all([
    app.electron.waitForEvent('window'),
    app.electron.evaluate(({ app: electronApp }) => setImmediate(() => electronApp.quit())),
  ]);
  await sheet.getByRole('heading', { name: 'Kith is closing' }).waitFor();
  await sheet.getByRole('progressbar').waitFor();
  expect(await app.ended).toBe(0);
});

withoutTray('the settings of this computer say what is missing, and change what the app does', async () => {
  const app = await launchDesktop();
  await app.page.getByRole('navigation').first().waitFor();
  await app.person.go('settings');
  await app.page.getByText('This desktop shows no tray icons').waitFor();
  expect(await app.page.getByRole('switch', { name: 'Keep running in the tray' }).isDisabled()).toBe(true);
  const battery = app.page.getByRole('switch', { name: 'Pause mining on battery' });
  await battery.click();
  await expect.poll(() => battery.getAttribute('aria-checked')).toBe('false');
  expect(readFileSync(path.join(app.datadir, 'desktop.json'), 'utf8')).toContain('"pauseOnBattery": false');
  expect(await app.quit()).toBe(0);
});
