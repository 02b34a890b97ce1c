/** Screenshots of every screen of the app on a demo network, in both themes and two sizes. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { connect } from '../../main/demo/connect.ts';
import { startDemoNetwork } from '../../main/demo/demo-network.ts';
import { demoNodeArgs } from '../../main/demo/demo-nodes.ts';
import { createChildLauncher } from '../../main/demo/launch.ts';
import { startNodeProcess } from '../../main/demo/node-process.ts';
import { messageOf } from '../../main/lib/errors.ts';
import { createAppPage, type AppPage } from '../../test/support/app-page.ts';
import { CHROMIUM_ARGS, findChromium } from '../../test/support/chromium.ts';
import { ensurePage } from './page.ts';

const SCREENS = 'home wallet send receive blocks mempool peers map mining health settings new-wallet'.split(
  ' ',
);
const SIZES = [
  { width: 1280, height: 800 },
  { width: 800, height: 600 },
];
const THEMES = ['light', 'dark'] as const;
const NODES = 4;
const PASSWORD = 'of no worth at all';
/** Long enough for some blocks, payments and one or two pages of history. */
const LIVING_MS = 45_000;

const say = (line: string): void => console.log(`screens: ${line}`);

/** Takes them into this folder. */
export async function takePageScreens(target: string): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('there is no Chromium; npm test says what to install');
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kith-screens-'));
  const launcher = createChildLauncher();
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] });
  async function finish(): Promise<void> {
    await browser.close();
    await launcher.endAll();
    rmSync(folder, { recursive: true, force: true });
  }
  process.once('SIGINT', () => void finish().then(() => process.exit(130)));
  try {
    await ensurePage();
    await takeAll({ target, folder, launcher, browser });
  } finally {
    await finish();
  }
}

interface Studio {
  readonly target: string;
  /** For data directories. */
  readonly folder: string;
  readonly launcher: ReturnType<typeof createChildLauncher>;
  readonly browser: Browser;
}

async function takeAll({ target, folder, launcher, browser }: Studio): Promise<void> {
  say(`starting ${NODES} nodes and one more`);
  const { launch } = launcher;
  const onProblem = (error: unknown): void => say(messageOf(error));
  const network = await startDemoNetwork({ count: NODES, folder, launch, connect, onProblem });
  const known = network.nodes.flatMap(({ process: { addresses } }) => addresses[0] ?? []);
  const own = await startNodeProcess(launch, demoNodeArgs(path.join(folder, 'you'), known));
  const { client } = await connect(own);
  const page = await (await browser.newContext({ viewport: SIZES[0]! })).newPage();
  await page.goto(`${own.api}#token=${readFileSync(own.tokenFile, 'utf8').trim()}`);
  const person = createAppPage(page);
  await page.getByText('Welcome to Kith').waitFor();
  await takeEach(page, target, 'welcome', []);
  await person.makeWallet('Everyday', PASSWORD);
  network.addReceiver(async () => (await client.wallet.address({ name: 'Everyday' })).address);
  await person.setMining(true);
  await person.waitForSpendable(20);
  await pay(
    person,
    target,
    (await network.nodes[1]!.connection.client.wallet.address({ name: 'demo' })).address,
  );
  say(`living for ${LIVING_MS / 1000} s`);
  await page.waitForTimeout(LIVING_MS);
  await takeEach(page, target, null, SCREENS, person);
  await network.stop();
}

async function pay(person: AppPage, target: string, to: string): Promise<void> {
  await person.pay(to, '12.5', PASSWORD);
  await person.page.getByRole('heading', { name: 'Payment', exact: true }).waitFor();
  await takeEach(person.page, target, 'payment', []);
}

/** Takes screenshots of the current page under this name, or of these routes; in every theme and size. */
async function takeEach(
  page: Page,
  target: string,
  name: string | null,
  places: readonly string[],
  person?: AppPage,
): Promise<void> {
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const place of name === null ? places : [name]) {
        await person?.go(place);
        await page.waitForTimeout(600);
        const file = `${place}-${colorScheme}-${size.width}.png`;
        await page.screenshot({ path: path.join(target, file) });
      }
    }
  }
  say(`${name ?? places.length} taken`);
}
