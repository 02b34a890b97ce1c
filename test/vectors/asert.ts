import { asert, type AsertInput } from '../../main/core/consensus/asert.ts';
import { type Failure, type Kind, MalformedError, type Outcome, textOf } from './kind.ts';

/** What the published runs are computed with: the parameters of Bitcoin Cash. */
const PARAMETERS = { spacing: 600, halfLife: 172_800, powLimit: 0x1d00ffff };

const ROW = /^\d+ (\d{1,20}) (\d{1,20}) (0x[0-9a-f]{1,8})$/i;

/**
 * A run of aserti3-2d as text: the anchor in its head, then rows of a block and the bits after it. Runs go over the ends of
 * 32 and 64 bits, and name the time of the block before the anchor as that of its ancestor or of its parent.
 */
export const ASERT: Kind = {
  names: ['asert'],
  recognises: (content) =>
    typeof content === 'string' && /^##.*\n(?:##.*\n)*##\s+anchor nBits:/m.test(content),
  run(content) {
    const text = textOf(content, 'The file');
    const anchor = {
      anchorHeight: headWhole(text, 'anchor height'),
      anchorAncestorTime: headWhole(text, 'anchor ancestor time', 'anchor parent time'),
      anchorBits: headNumber(text, 'anchor nBits'),
    };
    const rows = text.split('\n').flatMap((line) => (/^\s*(?:#|$)/.test(line) ? [] : [line.trim()]));
    const failures = rows.flatMap((row): Failure[] => {
      const why = checkRow(row, anchor);
      return why === null ? [] : [{ where: `row ${row}`, why }];
    });
    return checkCount(text, { total: rows.length, failures });
  },
};

function checkRow(
  row: string,
  anchor: Pick<AsertInput, 'anchorHeight' | 'anchorAncestorTime' | 'anchorBits'>,
): string | null {
  const [, height, time, bits] = ROW.exec(row) ?? [];
  if (bits === undefined) return 'It is not a row of iteration, height, time and bits.';
  const parent = { parentHeight: BigInt(height!), parentTime: BigInt(time!) };
  const made = asert({ ...PARAMETERS, ...anchor, ...parent });
  return made === Number(bits) ? null : `It gives 0x${made.toString(16).padStart(8, '0')}.`;
}

/** A whole number of any size from the head; some publications name the same line otherwise. */
function headWhole(text: string, ...names: readonly [string, ...string[]]): bigint {
  for (const name of names) {
    const value = new RegExp(`^##\\s*${name}:\\s*(\\S+)`, 'm').exec(text)?.[1];
    if (value !== undefined && /^(?:\d{1,20}|0x[0-9a-f]{1,16})$/i.test(value)) return BigInt(value);
  }
  throw new MalformedError(`Its head has no ${names.join(' or ')}.`);
}

function headNumber(text: string, name: string): number {
  const value = Number(headWhole(text, name));
  if (!Number.isSafeInteger(value)) throw new MalformedError(`Its ${name} is too large.`);
  return value;
}

// A run that was cut short would pass with what is left of it.
function checkCount(text: string, outcome: Outcome): Outcome {
  const promised = headNumber(text, 'iterations');
  if (promised <= outcome.total) return outcome;
  const missing = Array.from({ length: promised - outcome.total }, (_, i) => ({
    where: `row ${outcome.total + i + 1}`,
    why: 'It is missing, although the head promises it.',
  }));
  return { total: promised, failures: [...outcome.failures, ...missing] };
}
