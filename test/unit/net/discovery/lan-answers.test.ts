import { expect, test } from 'vitest';
import { createLanAnswers, LAN_ANSWERS, LAN_WAITING } from '../../../../main/net/discovery/mdns-answers.ts';
import { until } from '../../../support/until.ts';
import { systemClock } from '../../../../main/lib/clock.ts';

const ID = '12D3KooWAuBk9Nx5CpGPq7WCrNaxoF367nicnQz5UTE2pNQ2ZHuX';
const answer = (...ips: string[]) => ({ id: ID, multiaddrs: ips.map((ip) => `/ip4/${ip}/tcp/21474`) });

test('returns only the private addresses of an answer', async () => {
  const found: string[] = [];
  const answers = createLanAnswers((address) => found.push(address), systemClock);
  answers.add(answer('127.0.0.1', '192.168.7.1', '44.1.2.3'));
  await until(() => found.length > 0, 'found');
  answers.stop();
  expect(found).toEqual([`/ip4/192.168.7.1/tcp/21474/p2p/${ID}`]);
});

test('a computer that answers repeatedly does not displace another one', async () => {
  const found: string[] = [];
  const answers = createLanAnswers((address) => found.push(address), systemClock);
  // More than are taken at once: from here on they wait.
  for (let i = 0; i < LAN_ANSWERS.burst; i++) {
    answers.add(answer(`10.9.${i}.1`));
    if (i % 20 === 19) await until(() => found.length === i + 1, 'taken');
  }
  await until(() => found.length >= LAN_ANSWERS.burst, 'the first are taken');
  answers.add(answer('192.168.7.1'));
  for (let i = 0; i < 1000; i++) answers.add(answer('10.1.1.1'));
  for (let i = 0; i < 1000; i++) answers.add(answer(`10.2.${Math.floor(i / 250)}.${1 + (i % 250)}`));
  await until(() => found.some((address) => address.includes('192.168.7.1')), 'it is found');
  answers.stop();
  expect(found.length).toBeLessThan(LAN_ANSWERS.burst + LAN_WAITING.total);
});
