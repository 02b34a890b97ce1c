import type { Random } from '../support/random.ts';

/** A length or count that no honest message has, in the three forms that the codec knows. */
const BOMBS = [
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0xff, 0x7f],
  [0x80, 0x00],
] as const;

/** A valid encoding with something done to it: bits flipped, pieces cut, repeated, moved, or a bomb put in. */
export function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  let out = [...bytes];
  for (let times = 1 + random.int(3); times > 0; times--) out = mutateOnce(out, random);
  return Uint8Array.from(out);
}

function mutateOnce(bytes: number[], random: Random): number[] {
  const at = random.int(bytes.length + 1);
  const length = random.int(Math.min(40, bytes.length - at + 1));
  switch (random.int(7)) {
    case 0:
      return bytes.map((byte, i) => (i === at ? byte ^ (1 << random.int(8)) : byte));
    case 1:
      return bytes.slice(0, at);
    case 2:
      return [...bytes.slice(0, at), ...bytes.slice(at + length)];
    case 3:
      return [...bytes.slice(0, at), ...bytes.slice(at, at + length), ...bytes.slice(at)];
    case 4:
      return [...bytes.slice(0, at), ...random.bytes(length), ...bytes.slice(at)];
    case 5:
      return [...bytes.slice(0, at), random.int(4), ...bytes.slice(at + 1)];
    default: {
      const bomb = BOMBS[random.int(BOMBS.length)]!;
      return [...bytes.slice(0, at), ...bomb, ...bytes.slice(at + 1)];
    }
  }
}
