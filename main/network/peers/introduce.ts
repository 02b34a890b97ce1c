import type { Connection, IdentifyResult } from '@libp2p/interface';
import { helloAmong } from '../host/protocols.ts';
import { type Control, greet } from '../wire/control.ts';
import type { Hello } from '../wire/hello.ts';
import { type Offence, offence } from '../wire/offence.ts';

export interface IntroduceDeps {
  /** The greeting protocol of our network. */
  readonly protocol: string;
  readonly ours: () => Hello;
  readonly onIdentify: (listener: (result: IdentifyResult) => void) => void;
}

const IDENTIFY_MS = 3000;
const REMEMBERED = 500;

/** Introduces this node on connections that it opened. Null = the connection was lost meanwhile. */
export type Introduce = (connection: Connection) => Promise<Control | Offence | null>;

export function createIntroduce(deps: IntroduceDeps): Introduce {
  // What peers speak, by connection: needed only when ours isn't among it, and libp2p learns it on its own time.
  const spoken = new Map<string, readonly string[]>();
  const waiting = new Map<string, (protocols: readonly string[]) => void>();
  deps.onIdentify(({ connection, protocols }) => {
    spoken.set(connection.id, protocols);
    if (spoken.size > REMEMBERED) spoken.delete(spoken.keys().next().value!);
    waiting.get(connection.id)?.(protocols);
  });

  function protocolsOf(connection: Connection): Promise<readonly string[]> {
    const known = spoken.get(connection.id);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => {
      const done = (protocols: readonly string[]) => {
        clearTimeout(timer);
        waiting.delete(connection.id);
        resolve(protocols);
      };
      const timer = setTimeout(() => done([]), IDENTIFY_MS);
      waiting.set(connection.id, done);
    });
  }

  async function greetBy(connection: Connection, protocol: string): Promise<Control | Offence | null> {
    const stream = await connection.newStream(protocol);
    return greet(stream, deps.ours(), true);
  }

  return async (connection) => {
    try {
      return await greetBy(connection, deps.protocol);
    } catch (error) {
      if ((error as Error).name !== 'UnsupportedProtocolError') return null;
    }
    const theirs = helloAmong(await protocolsOf(connection));
    if (theirs === null || theirs === deps.protocol) return offence('hello-missing');
    // Greeting it in its own protocol tells it, too, that we are of another network.
    await greetBy(connection, theirs).catch(() => null);
    return offence('hello-network', { protocol: theirs });
  };
}
