import { expect, test } from 'vitest';
import { faultOf } from '../../../shared/errors.ts';
import type { CreationStep } from '../../../shared/contract/networks.ts';
import { LOCAL_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { type CreateNetwork, createCreations } from '../../../main/session/creation.ts';

const PARAMETERS = { name: 'ours', spacing: 60, port: 21_475 };

test('reports its progress, and ends with the network', async () => {
  const created: string[] = [];
  const create: CreateNetwork = async (parameters, { onProgress }) => {
    expect(parameters).toEqual({ name: 'ours', spacing: 60, defaultPort: 21_475, bootstrap: [] });
    for (const [tried, expected] of [
      [0, 0],
      [0, 100],
      [40, 100],
    ] as const) {
      onProgress(tried, expected);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return LOCAL_NETWORK;
  };
  const steps: CreationStep[] = [];
  const { create: run } = createCreations(create, ({ name }) => created.push(name));
  for await (const step of run(PARAMETERS, undefined)) steps.push(step);
  expect(steps.map(({ step }) => step)).toEqual(['measuring', 'mining', 'mining', 'done']);
  expect(steps.at(-2)).toEqual({ step: 'mining', tried: 40, expected: 100, network: null });
  expect(steps.at(-1)!.network).toMatchObject({ id: LOCAL_NETWORK.idHex, file: null });
  expect(created).toEqual(['local']);
});

/** Mines until it is cancelled. */
const forever: CreateNetwork = (_parameters, { signal, onProgress }) =>
  new Promise((_resolve, reject) => {
    const timer = setInterval(() => onProgress(1, 2), 5);
    signal.addEventListener('abort', () => {
      clearInterval(timer);
      reject(signal.reason as Error);
    });
  });

test('ends when its reader disconnects, and only then another one may begin', async () => {
  const { create } = createCreations(forever, () => undefined);
  const first = create(PARAMETERS, undefined);
  expect((await first.next()).value).toMatchObject({ step: 'mining' });
  const second = await create(PARAMETERS, undefined)
    .next()
    .catch((error: unknown) => faultOf(error).code);
  expect(second).toBe('networks-busy');
  await first.return();
  const third = create(PARAMETERS, undefined);
  expect((await third.next()).value).toMatchObject({ step: 'mining' });
  await third.return();
});

test('ends when the client disconnects', async () => {
  const { create } = createCreations(forever, () => undefined);
  const client = new AbortController();
  const steps = create(PARAMETERS, client.signal);
  await steps.next();
  client.abort();
  await expect(steps.next().then(() => steps.next())).rejects.toMatchObject({ name: 'AbortError' });
});

test('after a creation was cancelled the next one begins immediately, also while the threads of the first one end', async () => {
  let ended = 0;
  const slow: CreateNetwork = async (parameters, options) => {
    try {
      return await forever(parameters, options);
    } finally {
      await new Promise((resolve) => setTimeout(resolve, 30));
      ended++;
    }
  };
  const { create } = createCreations(slow, () => undefined);
  const client = new AbortController();
  const first = create(PARAMETERS, client.signal);
  await first.next();
  client.abort();
  const second = create(PARAMETERS, undefined);
  const [step] = await Promise.all([second.next(), first.return()]);
  expect(step.value).toMatchObject({ step: 'mining' });
  expect(ended).toBe(1);
  await second.return();
});
