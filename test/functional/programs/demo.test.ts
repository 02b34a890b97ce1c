import { readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { childrenOf, isRunning, startProgram } from '../../support/program.ts';

const DEMO = 'tools/demo.ts';
const LIVING = /2 nodes at block \d+.* · [1-9]\d* payments/;
const folders = (): string[] => readdirSync(os.tmpdir()).filter((name) => name.startsWith('kith-demo-'));

test('the demo shows its page, makes payments, stops after its time and leaves no processes and folders', async () => {
  const before = folders();
  const demo = startProgram(DEMO, ['--no-open', '--nodes', '2', '--for', '25']);
  const [, link] = await demo.says(/open the app at (http:\/\/127\.0\.0\.1:\d+\/)#token=\S+/);
  const children = childrenOf(demo.pid);
  expect((await fetch(link!)).status).toBe(200);
  await demo.says(/ben connected to ada, a bootstrap node/);
  await demo.says(/your node connected to (ada|ben), /);
  await demo.says(LIVING);
  await demo.says(
    /[1-9]\d* (small blocks received in full|compact blocks, \d+ % reconstructed without a round trip)/,
  );
  expect(await demo.ended).toBe(0);
  expect(demo.output()).toContain('25 s are over');
  expect(children.filter(isRunning)).toEqual([]);
  expect(folders()).toEqual(before);
});

test('Ctrl-C stops the demo and its nodes', async () => {
  const demo = startProgram(DEMO, ['--no-open', '--nodes', '1']);
  await demo.says(/open the app at/);
  const children = childrenOf(demo.pid);
  demo.signal('SIGINT');
  expect(await demo.ended).toBe(0);
  expect(children.filter(isRunning)).toEqual([]);
});

test('Ctrl-C stops the demo while it starts', async () => {
  const demo = startProgram(DEMO, ['--no-open', '--nodes', '3']);
  await demo.says(/starting 3 nodes/);
  demo.signal('SIGINT');
  expect(await demo.ended).toBe(0);
});

test('the nodes of a demo that is killed stop too', async () => {
  const before = folders();
  const demo = startProgram(DEMO, ['--no-open', '--nodes', '1']);
  await demo.says(/open the app at/);
  const children = childrenOf(demo.pid);
  demo.signal('SIGKILL');
  await demo.ended;
  await expect.poll(() => children.filter(isRunning)).toEqual([]);
  for (const left of folders())
    if (!before.includes(left)) rmSync(path.join(os.tmpdir(), left), { recursive: true });
});

test.each([
  [['--nodes', 'many'], /--nodes must be a whole number from 1 to 10/],
  [['--for', '0'], /--for must be a whole number/],
  [['--what'], /--what/],
])('the demo refuses the arguments %j with a sentence', async (args, sentence) => {
  const demo = startProgram(DEMO, args);
  expect(await demo.ended).toBe(2);
  expect(demo.output()).toMatch(sentence);
});
