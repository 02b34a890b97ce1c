/**
 * Scripts of an attacker inside the page: Playwright sends the text of each function to the page, so each is complete in
 * itself. The messages are those of the contract's carrier (main/rpc/carrier.ts).
 */

/** The ports that the app passes to the page, in its order. */
export type Port = 'node' | 'desktop';

export interface FuzzOptions {
  readonly to: Port;
  /** `/wallet/create` and so on. */
  readonly paths: readonly string[];
  readonly calls: number;
  readonly seed: number;
  /** Inputs that some procedure accepts. */
  readonly plausible: readonly unknown[];
  /** Texts that no answer may contain. */
  readonly secrets: readonly string[];
}

export interface FuzzOutcome {
  /** Calls that got an answer, and how many of them succeeded or were refused. */
  readonly answered: number;
  readonly accepted: number;
  readonly refused: number;
  /** Answers that contain a secret. */
  readonly leaks: readonly string[];
  /** Answers with the code of a bug. */
  readonly internal: readonly string[];
}

/** Takes the ports before the page gets them; `stolen` has the newest of each kind. Runs before every script of the page. */
export function stealPorts(): void {
  const ports: Partial<Record<Port, MessagePort>> = {};
  const take = (event: MessageEvent): void => {
    const [port] = event.ports;
    const type = (event.data as { type?: unknown } | null)?.type;
    if (port === undefined || (type !== 'rpc-port' && type !== 'desktop-port')) return;
    event.stopImmediatePropagation();
    port.start();
    ports[type === 'rpc-port' ? 'node' : 'desktop'] = port;
    if (ports.node && ports.desktop) Object.assign(globalThis, { stolen: ports });
  };
  window.addEventListener('message', take, { capture: true });
}

/** Sends messages until the app closes the port; resolves when the page has another one. */
export async function floodPort(which: Port): Promise<void> {
  const { stolen } = globalThis as unknown as { stolen: Record<Port, MessagePort> };
  const port = stolen[which];
  let isClosed = false;
  port.addEventListener('close', () => (isClosed = true));
  while (!isClosed) {
    for (let i = 0; i < 20_000; i++) port.postMessage('flood');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  while (stolen[which] === port) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Calls procedures with random, often malformed input, 32 at a time, until every call was answered. */
export async function fuzzContract(options: FuzzOptions): Promise<FuzzOutcome> {
  const { stolen } = globalThis as unknown as { stolen: Record<Port, MessagePort> };
  const port = stolen[options.to];
  let state = options.seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const pick = <Value>(list: readonly Value[]): Value => list[random(list.length)]!;
  const VALUES: readonly unknown[] = [
    ...[
      null,
      true,
      0,
      -1,
      1,
      1.5,
      1e308,
      2 ** 53,
      '',
      ' ',
      'Everyday',
      'everyday',
      '../Everyday',
      '/etc/passwd',
    ],
    ...['\u0000', '\u202eabc', 'x'.repeat(5000), '00'.repeat(32), 'ff'.repeat(32), 'wrong password', 'all'],
    ...[
      '/ip4/127.0.0.1/tcp/9',
      'kith:x',
      '__proto__',
      'constructor',
      [],
      {},
      [[[]]],
      [null],
      '${1}',
      '%s',
      '\ud800',
    ],
  ];
  const NAMES = [
    ...[
      'name',
      'password',
      'address',
      'amount',
      'to',
      'id',
      'txid',
      'index',
      'height',
      'limit',
      'draft',
      'hex',
    ],
    ...[
      'text',
      'file',
      'path',
      'mnemonic',
      'words',
      'label',
      'threads',
      'share',
      'blocks',
      'after',
      'link',
      'peer',
    ],
    ...[
      '__proto__',
      'constructor',
      'toString',
      'feerate',
      'coins',
      'wallet',
      'message',
      'signature',
      'key',
      'gap',
    ],
  ];
  const input = (depth: number): unknown => {
    if (depth > 2 || random(4) === 0) return pick(VALUES);
    if (random(6) === 0) return Array.from({ length: random(4) }, () => input(depth + 1));
    // JSON.parse creates an own property named __proto__, which a literal cannot.
    const fields = Array.from(
      { length: random(5) },
      () => `${JSON.stringify(pick(NAMES))}:${JSON.stringify(input(depth + 1) ?? null)}`,
    );
    return JSON.parse(`{${fields.join(',')}}`);
  };

  const drafts: string[] = [];
  const anyInput = (path: string): unknown => {
    // Without a password a wallet that is unlocked can spend, if the user confirms.
    if (path === '/wallet/approve' && drafts.length > 0) return { draft: pick(drafts) };
    return random(3) === 0 ? pick(options.plausible) : input(0);
  };

  const outcome = { answered: 0, accepted: 0, refused: 0, leaks: [] as string[], internal: [] as string[] };
  const waiting = new Map<string, { path: string; done: () => void }>();
  port.onmessage = async ({ data }: MessageEvent<string | Blob | ArrayBuffer>) => {
    const text = typeof data === 'string' ? data : await new Response(data).text();
    if (options.secrets.some((secret) => text.includes(secret))) outcome.leaks.push(text.slice(0, 300));
    const { i: id, p: answer } = JSON.parse(text) as { i: string; p?: { s?: number; b?: unknown } };
    const call = waiting.get(id);
    // Later messages of a subscription.
    if (call === undefined) return;
    waiting.delete(id);
    outcome.answered++;
    if ((answer?.s ?? 200) < 400) outcome.accepted++;
    else outcome.refused++;
    if (text.includes('"internal"')) outcome.internal.push(`${call.path} ${text.slice(0, 300)}`);
    const draft = /"draft":"([^"]+)"/.exec(text)?.[1];
    if (draft !== undefined) drafts.push(draft);
    // Ends a subscription.
    port.postMessage(JSON.stringify({ i: id, t: 4 }));
    call.done();
  };

  let made = 0;
  const caller = async (): Promise<void> => {
    while (made < options.calls) {
      const id = `f${made++}`;
      const path = pick(options.paths);
      const done = new Promise<void>((resolve) => waiting.set(id, { path, done: resolve }));
      port.postMessage(JSON.stringify({ i: id, p: { u: path, b: { json: anyInput(path) } } }));
      await done;
    }
  };
  await Promise.all(Array.from({ length: 32 }, caller));
  return outcome;
}

/** Calls one procedure of the node; resolves with its output. */
export async function callContract([path, input]: readonly [string, unknown]): Promise<unknown> {
  const { stolen } = globalThis as unknown as { stolen: Record<Port, MessagePort> };
  const port = stolen.node;
  const answer = new Promise<string>((resolve) => {
    port.addEventListener('message', ({ data }: MessageEvent<string>) => {
      if (data.startsWith(`{"i":"call${path.replaceAll('/', '-')}"`)) resolve(data);
    });
  });
  port.postMessage(
    JSON.stringify({ i: `call${path.replaceAll('/', '-')}`, p: { u: path, b: { json: input } } }),
  );
  const { p } = JSON.parse(await answer) as { p: { b: { json: unknown } } };
  return p.b.json;
}
