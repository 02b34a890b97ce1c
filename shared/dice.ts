/** A recovery phrase from rolls of a die: how many rolls it needs, and whether they look like rolls. */

/** Entropy of one roll of a fair die with six faces, in bits. */
const BITS_A_ROLL = Math.log2(6);

/** Rolls for a phrase of 12 words (128 bits) and of 24 words (256 bits, of which 99 rolls have 255.9). */
export const DICE_ROLLS = { 12: 50, 24: 99 } as const;
export const MAX_ROLLS = 1000;

/** The digits 1 to 6 in a text; spaces, commas and line breaks between them are ignored. Null for any other sign. */
export function readRolls(text: string): string | null {
  const rolls = text.replace(/[\s,.;-]+/gu, '');
  return /^[1-6]*$/.test(rolls) && rolls.length <= MAX_ROLLS ? rolls : null;
}

/** Entropy of this many fair rolls in whole bits, rounded down. */
export function entropyOf(rolls: number): number {
  return Math.floor(rolls * BITS_A_ROLL);
}

/** Standard deviations that the number of a face may differ from that of a fair die: one in a million rolls is refused. */
const MAX_DEVIATION = 5;
const LONGEST_PERIOD = 12;

/**
 * Whether rolls are too regular to come from a die: one face stands out, or the same few rolls repeat. Rolls that pass
 * may still be made up, which no check can see.
 */
export function isRegular(rolls: string): boolean {
  const mean = rolls.length / 6;
  const deviation = Math.sqrt(rolls.length * (1 / 6) * (5 / 6));
  const counts = ['1', '2', '3', '4', '5', '6'].map((face) => rolls.split(face).length - 1);
  if (counts.some((count) => Math.abs(count - mean) > MAX_DEVIATION * deviation)) return true;
  for (let period = 1; period <= LONGEST_PERIOD; period++)
    if (rolls.length >= 3 * period && rolls.slice(period) === rolls.slice(0, -period)) return true;
  return false;
}
