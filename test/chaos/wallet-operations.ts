import path from 'node:path';
import { encodeAddress } from '../../main/core/primitives/address.ts';
import { REGTEST_NETWORK } from '../../main/core/params/built-in-networks.ts';
import { AUTO_LOCK_MINUTES } from '../../shared/contract/vocabulary.ts';
import { testKey } from '../support/chain/test-chain.ts';
import type { Random } from '../support/random.ts';
import { type Choose, FIRST, type Next, NOTHING, type Operation, PASSWORD, SECOND } from './operation.ts';
import { setupOperations } from './setup-operations.ts';
import type { Facts } from './wallet-facts.ts';

/** Chooses operations that are possible with what is known, most of them slow ones on request. `folder` gets the backup files. */
export function createOperations(
  random: Random,
  folder: string,
): (known: Facts, wantsSlow: boolean) => Operation {
  let number = 0;
  const next: Next = (what) => `${what}-${++number}`;
  const kinds: Choose[] = [
    () => mine(random),
    () => pay(random),
    () => newLabel(random, next),
    (known) => relabel(random, next, known),
    () => request(random, next),
    (known) => forgetRequest(random, known),
    () => newContact(next, testKey(1000 + ++number)),
    (known) => changeContact(random, next, known),
    () => freeze(random, true),
    () => freeze(random, false),
    () => setting(random),
  ];
  const setups = setupOperations(random, next);
  const saveBackup: Choose = () => backup(random, path.join(folder, `${next('backup')}.kithbackup`));
  return (known, wantsSlow) => {
    for (;;) {
      const chance = random.next();
      const from = chance < 0.03 ? [saveBackup] : chance < (wantsSlow ? 0.8 : 0.45) ? setups : kinds;
      const operation = from[random.int(from.length)]!(known);
      if (operation !== null) return operation;
    }
  };
}

const either = (random: Random): string => (random.next() < 0.5 ? FIRST : SECOND);

function keyOf(random: Random, known: Facts, kind: string): string | null {
  const keys = [...known.keys()].filter((key) => key.startsWith(`${kind} `));
  return keys[random.int(keys.length)] ?? null;
}

function mine(random: Random): Operation {
  const name = either(random);
  return {
    name: 'mine',
    begun: NOTHING,
    async run(call) {
      const { address } = await call.wallet.address({ name });
      await call.mining.generate({ address, blocks: 1 });
      return NOTHING;
    },
  };
}

function pay(random: Random): Operation {
  const amount = 1_000_000 + random.int(1_000_000);
  return {
    name: 'pay',
    begun: NOTHING,
    async run(call) {
      const { address } = await call.wallet.address({ name: SECOND });
      const { txid } = await call.wallet.send({ name: FIRST, to: [{ address, amount }], password: PASSWORD });
      return new Map([[`payment ${FIRST} ${txid}`, 'yes']]);
    },
  };
}

function newLabel(random: Random, next: Next): Operation {
  const [name, label] = [either(random), next('label')];
  return {
    name: 'new address',
    // The node chooses the address, and may not get to name it.
    begun: new Map([[`label of ${label}`, label]]),
    async run(call) {
      const { address } = await call.wallet.newAddress({ name, label });
      return new Map([[`label ${name} ${address}`, label]]);
    },
  };
}

function relabel(random: Random, next: Next, known: Facts): Operation | null {
  const key = keyOf(random, known, 'label');
  if (key === null) return null;
  const [, name, subject] = key.split(' ') as [string, string, string];
  const label = next('other-label');
  const begun = new Map([[key, label]]);
  return {
    name: 'label',
    begun,
    run: (call) => call.wallet.setLabel({ name, subject, label }).then(() => begun),
  };
}

function request(random: Random, next: Next): Operation {
  const [name, label, amount] = [either(random), next('request'), 1 + random.int(1_000_000)];
  const key = `request ${name} ${label}`;
  return {
    name: 'request',
    begun: new Map([
      [key, String(amount)],
      [`label of ${label}`, label],
    ]),
    async run(call) {
      const { address } = await call.wallet.createRequest({ name, label, amount });
      return new Map([
        [key, String(amount)],
        [`label ${name} ${address}`, label],
      ]);
    },
  };
}

function forgetRequest(random: Random, known: Facts): Operation | null {
  const key = keyOf(random, known, 'request');
  if (key === null) return null;
  const [, name, label] = key.split(' ') as [string, string, string];
  const begun = new Map([[key, null]]);
  return {
    name: 'delete request',
    begun,
    async run(call) {
      // Its label may have been changed; then it is another request of the list.
      const found = (await call.wallet.requests({ name })).find((each) => each.label === label);
      if (found === undefined) throw new Error(`no request ${label}`);
      await call.wallet.deleteRequest({ name, address: found.address });
      return begun;
    },
  };
}

function newContact(next: Next, { lock }: ReturnType<typeof testKey>): Operation {
  const [name, note] = [next('contact'), next('note')];
  const addresses = [encodeAddress(REGTEST_NETWORK.hrp, lock)];
  const begun = new Map([[`contact ${name}`, JSON.stringify([note, addresses])]]);
  return {
    name: 'new contact',
    begun,
    run: (call) => call.contacts.put({ name, note, addresses }).then(() => begun),
  };
}

function changeContact(random: Random, next: Next, known: Facts): Operation | null {
  const key = keyOf(random, known, 'contact');
  if (key === null) return null;
  const name = key.slice('contact '.length);
  const [, addresses] = JSON.parse(known.get(key)!) as [string, string[]];
  const removes = random.next() < 0.3;
  const note = next('note');
  const begun = new Map([[key, removes ? null : JSON.stringify([note, addresses])]]);
  return {
    name: removes ? 'remove contact' : 'change contact',
    begun,
    async run(call) {
      const { id } = (await call.contacts.list({})).find((each) => each.name === name)!;
      if (removes) await call.contacts.remove({ id });
      else await call.contacts.put({ id, name, note, addresses });
      return begun;
    },
  };
}

/** The coin is chosen when it runs; a freeze that was interrupted may have happened or not. */
function freeze(random: Random, frozen: boolean): Operation {
  const name = either(random);
  const begun = new Map<string, string | null>();
  return {
    name: frozen ? 'freeze' : 'unfreeze',
    begun,
    async run(call) {
      const state = frozen ? 'available' : 'frozen';
      const { coins } = await call.wallet.coins({ name, state, limit: 100 });
      // Most coins stay, so that payments have some.
      const coin = coins.length < (frozen ? 4 : 1) ? undefined : coins[random.int(coins.length)];
      if (coin === undefined) return NOTHING;
      const { txid, index } = coin;
      begun.set(`frozen ${name} ${txid}:${index}`, frozen ? 'yes' : null);
      await call.wallet.freeze({ name, coins: [{ txid, index }], frozen });
      return begun;
    },
  };
}

function setting(random: Random): Operation {
  const autoLockMinutes = AUTO_LOCK_MINUTES[random.int(AUTO_LOCK_MINUTES.length)]!;
  const begun = new Map([['setting autoLockMinutes', String(autoLockMinutes)]]);
  return {
    name: 'setting',
    begun,
    run: (call) => call.wallet.changeSettings({ autoLockMinutes }).then(() => begun),
  };
}

function backup(random: Random, file: string): Operation {
  const name = either(random);
  const begun = new Map([[`backup ${name}`, file]]);
  return {
    name: 'backup',
    begun,
    run: (call) => call.wallet.saveBackup({ name, password: PASSWORD, path: file }).then(() => begun),
  };
}
