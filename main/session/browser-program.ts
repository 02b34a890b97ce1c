/** The app for a browser on this computer: the session, its page and its API. `npm start` runs it as a child process. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readArguments } from '../cli/arguments.ts';
import { jsonLine } from '../cli/printing.ts';
import { followProcess, within } from '../cli/process-life.ts';
import { faultFrom, reportToProgram } from '../cli/report.ts';
import { forbidCoreDumps } from '../lib/core-dumps.ts';
import { defaultDataRoot } from '../lib/datadir.ts';
import { findRoot } from '../lib/moved-root.ts';
import { createFileSink } from '../lib/log-file.ts';
import { createConsoleSink } from '../lib/log-sinks.ts';
import { createLog } from '../lib/log.ts';
import { makePrivateFolder } from '../lib/private-folder.ts';
import { NODE_ARGUMENTS, readNodeOptions } from '../node/read-options.ts';
import { createChildDemo } from './child-demo.ts';
import { createRealSession } from './create.ts';
import { serveApi } from './served-api.ts';

const PAGE = fileURLToPath(new URL('../../out/renderer', import.meta.url));
const STOP_LIMIT_MS = 4_800;

/** Prints one JSON line with `api` and `tokenFile` when the page can be opened. Resolves with the exit code. */
export async function runBrowserProgram(args: readonly string[]): Promise<number> {
  try {
    await serve(args);
    return 0;
  } catch (error) {
    reportToProgram(faultFrom(error));
    return 1;
  }
}

async function serve(args: readonly string[]): Promise<void> {
  await forbidCoreDumps();
  const options = readNodeOptions(readArguments('start', args, NODE_ARGUMENTS));
  const root = await findRoot(options.datadir ?? defaultDataRoot());
  makePrivateFolder(root);
  const file = createFileSink({ path: join(root, 'logs', 'session.log') });
  const log = createLog({
    sinks: [file, createConsoleSink(process.stderr, 'warn')],
    level: options.logLevel,
  }).child('session');
  const life = followProcess({
    onCrash(error) {
      log.error('uncaught exception', { error });
      file.flushSync();
      reportToProgram(faultFrom(error));
    },
  });
  const api = await serveApi({
    root,
    port: options.apiPort ?? 0,
    page: PAGE,
    router: () => session.router(),
    log,
  });
  const session = createRealSession({
    root,
    options,
    page: PAGE,
    console: process.stderr,
    served: api,
    demo: createChildDemo((error) => log.debug('a payment of the demo failed', { error })),
    log,
    shutdown: life.end,
  });
  process.stdout.write(jsonLine({ ready: true, api: api.url, tokenFile: api.tokenFile }));
  void session.begin();
  if (!life.signal.aborted)
    await new Promise((resolve) => life.signal.addEventListener('abort', resolve, { once: true }));
  await within(STOP_LIMIT_MS, session.stop());
  await api.close();
  await file.close();
}
