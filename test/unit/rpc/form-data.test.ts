import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** Serves one call of the contract's carrier, and prints the answer and whether Node.js loaded its HTTP client. */
const SCRIPT = `
  import { createORPCClient } from '@orpc/client';
  import { RPCLink } from '@orpc/client/websocket';
  import { os } from '@orpc/server';
  import { silentLog } from './main/lib/log.ts';
  import { createCarrierHandler } from './main/rpc/carrier.ts';
  import './main/rpc/http.ts';
  const router = { echo: os.handler(({ input }) => input) };
  const websocket = Object.assign(new EventTarget(), { readyState: 1, send: (message) => carried.receive(message) });
  const carried = createCarrierHandler(() => router, silentLog)({
    context: { role: 'window', congested: () => false },
    send: (data) => websocket.dispatchEvent(Object.assign(new Event('message'), { data })),
    end: () => process.exit(1),
  });
  const answer = await createORPCClient(new RPCLink({ websocket })).echo({ at: 7n });
  const loaded = process.moduleLoadList.some((name) => name.includes('undici'));
  console.log(typeof answer.at, loaded);
`;

test('the host and a call of the contract do not load the HTTP client of Node.js', () => {
  const cwd = fileURLToPath(new URL('../../..', import.meta.url));
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', SCRIPT], { cwd });
  expect(output.toString()).toBe('bigint false\n');
});
