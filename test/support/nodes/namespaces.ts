import { type ChildProcess, execFile, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Where Debian puts what networks are made with; a user's PATH often lacks it. */
const ENV = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };

/** Small networks of this machine's own, made of network namespaces: nothing in them reaches anything outside. */
export interface World {
  /** Another computer or router, with a loopback of its own. */
  add(name: string): Promise<string>;
  /** A cable between two, with an address and its prefix length at each end. */
  link(a: string, addressA: string, b: string, addressB: string): Promise<void>;
  /** A cable from a bridge to a computer, whose end is called `eth`. */
  plug(owner: string, bridge: string, name: string, address: string): Promise<void>;
  /** Runs a command on one of them. */
  run(name: string, command: string, ...args: string[]): Promise<string>;
  /** What to put before a command so that it runs there. */
  inside(name: string): [string, ...string[]];
  /** Rules for packets, as `nft -f` reads them. */
  rules(name: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Null when such networks can be made here, or else why not. As root on Debian it installs what is missing, so that a
 * fresh machine runs these tests, too.
 */
export async function whyNoNamespaces(): Promise<string | null> {
  if (process.platform !== 'linux') return 'network namespaces are Linux’s';
  if (process.getuid?.() !== 0) return 'it takes root to make network namespaces';
  const missing = [
    ['ip', 'iproute2'],
    ['nft', 'nftables'],
  ].filter(([command]) => !ENV.PATH.split(':').some((folder) => existsSync(`${folder}/${command!}`)));
  if (missing.length > 0) {
    if (!existsSync('/etc/debian_version'))
      return `not installed: ${missing.map(([name]) => name).join(', ')}`;
    try {
      await execute('apt-get', ['update', '-qq']);
      const packages = missing.map(([, name]) => name!);
      await execute('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
        env: { ...ENV, DEBIAN_FRONTEND: 'noninteractive' },
      });
    } catch (error) {
      return `could not be installed: ${String(error)}`;
    }
  }
  return tryOut();
}

const TRY = `table ip try {
  chain out {
    type nat hook postrouting priority 100;
    masquerade
  }
}`;

async function tryOut(): Promise<string | null> {
  const world = createWorld();
  try {
    await world.add('try');
    await world.rules('try', TRY);
    return null;
  } catch (error) {
    return `this kernel makes none: ${String(error)}`;
  } finally {
    await world.remove();
  }
}

let worlds = 0;

export function createWorld(): World {
  const prefix = `kith${process.pid}-${worlds++}-`;
  const names = new Set<string>();
  let cables = 0;
  const ip = async (...args: string[]) => (await execute('ip', args, { env: ENV })).stdout;
  const inside = (name: string): [string, ...string[]] => ['ip', 'netns', 'exec', prefix + name];

  async function run(name: string, command: string, ...args: string[]): Promise<string> {
    const [first, ...rest] = inside(name);
    return (await execute(first, [...rest, command, ...args], { env: ENV })).stdout;
  }

  async function give(name: string, device: string, address: string): Promise<void> {
    await ip('link', 'set', device, 'netns', prefix + name);
    await run(name, 'ip', 'addr', 'add', address, 'dev', device);
    await run(name, 'ip', 'link', 'set', device, 'up');
  }

  async function pair(): Promise<[string, string]> {
    // A device's name has at most 15 characters.
    const cable = `k${process.pid % 100_000}w${worlds}c${cables++}`;
    await ip('link', 'add', `${cable}a`, 'type', 'veth', 'peer', 'name', `${cable}b`);
    return [`${cable}a`, `${cable}b`];
  }

  return {
    async add(name) {
      await ip('netns', 'add', prefix + name);
      names.add(name);
      await run(name, 'ip', 'link', 'set', 'lo', 'up');
      return name;
    },
    async link(a, addressA, b, addressB) {
      const [atA, atB] = await pair();
      await give(a, atA, addressA);
      await give(b, atB, addressB);
    },
    async plug(owner, bridge, name, address) {
      const [port, end] = await pair();
      await ip('link', 'set', port, 'netns', prefix + owner);
      await run(owner, 'ip', 'link', 'set', port, 'master', bridge, 'up');
      await ip('link', 'set', end, 'netns', prefix + name);
      await run(name, 'ip', 'link', 'set', end, 'name', 'eth');
      await run(name, 'ip', 'addr', 'add', address, 'dev', 'eth');
      await run(name, 'ip', 'link', 'set', 'eth', 'up');
    },
    run,
    inside,
    async rules(name, text) {
      const [first, ...rest] = inside(name);
      const running = execute(first, [...rest, 'nft', '-f', '-'], { env: ENV });
      running.child.stdin?.end(text);
      await running;
    },
    async remove() {
      for (const name of names) await ip('netns', 'del', prefix + name).catch(() => undefined);
      names.clear();
    },
  };
}

/** Starts a program of ours on a machine of a world; what it says by `process.send` arrives here. */
export function forkInside(
  world: Pick<World, 'inside'>,
  machine: string,
  program: string,
  args: readonly string[],
): ChildProcess {
  const [command, ...before] = world.inside(machine);
  return fork(before.at(-1)!, [process.execPath, program, ...args], {
    execPath: command,
    execArgv: before.slice(0, -1),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: ENV,
  });
}
