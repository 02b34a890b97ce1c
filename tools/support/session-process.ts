import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endLaunched, type Launched } from '../../main/demo/launch.ts';
import { KithError } from '../../main/lib/errors.ts';

/** The app for a browser, as a process. */
export interface SessionProcess {
  readonly api: string;
  readonly tokenFile: string;
  /** Resolves with how it ended; never rejects. */
  readonly ended: Promise<string>;
  /** Stops it cleanly; kills it after 8 s. */
  stop(): Promise<void>;
}

/** The program to launch. */
export const SESSION_PROGRAM = fileURLToPath(
  new URL('../../main/session/browser-child.mjs', import.meta.url),
);

/**
 * Waits until the page of a launched program can be opened.
 * @throws {KithError} the failure that the program reported, else `node-failed`.
 */
export async function followSession(launched: Launched): Promise<SessionProcess> {
  const said: string[] = [];
  createInterface(launched.stderr).on('line', (line) => said.push(line));
  const first = new Promise<string>((resolve) =>
    createInterface(launched.stdout).once('line', (line) => resolve(line)),
  );
  const line = await Promise.race([first, launched.ended.then(() => null)]);
  if (line !== null) {
    const { api, tokenFile } = JSON.parse(line) as { api: string; tokenFile: string };
    return { api, tokenFile, ended: launched.ended, stop: () => endLaunched(launched) };
  }
  const fault = said.findLast((each) => each.startsWith('{'));
  if (fault === undefined) throw new KithError('node-failed', said.join('\n'));
  const { code, message } = JSON.parse(fault) as { code: string; message: string };
  throw new KithError(code, message);
}
