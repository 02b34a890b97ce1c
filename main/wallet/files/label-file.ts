import * as z from 'zod';
import { cleanLabel, MAX_LABEL } from '../../../shared/labels.ts';
import type { LabelReport } from '../../../shared/contract/export.ts';

/** A label in a file: one JSON object a line, as in BIP 329. */
export interface LabelLine {
  /** A txid or an address. */
  readonly subject: string;
  readonly label: string;
}

/** Why a line of a label file was not taken. */
type Skipped = LabelReport['skipped'][number];

export const MAX_REPORTED = 100;
const TXID = /^[0-9a-f]{64}$/;
const ADDRESS = /^[0-9a-z]{1,160}$/;

const lineSchema = z.object({ type: z.string(), ref: z.string(), label: z.string().optional() });

/** The labels of a wallet as JSON Lines, sorted by subject. */
export function writeLabels(labels: ReadonlyMap<string, string>): string[] {
  return [...labels]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([ref, label]) => `${JSON.stringify({ type: TXID.test(ref) ? 'tx' : 'addr', ref, label })}\n`);
}

/** Reads JSON Lines. A line that is not understood is reported with its number, and the other lines are read. */
export function readLabels(text: string): { readonly labels: LabelLine[]; readonly skipped: Skipped[] } {
  const labels: LabelLine[] = [];
  const skipped: Skipped[] = [];
  const lines = text.replace(/^\ufeff/, '').split('\n');
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === '') continue;
    const read = readLine(line);
    if (typeof read === 'string') skipped.push({ line: index + 1, why: read });
    else labels.push(read);
  }
  return { labels, skipped };
}

function readLine(line: string): LabelLine | Skipped['why'] {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return 'not-json';
  }
  const parsed = lineSchema.safeParse(json);
  if (!parsed.success) return 'not-a-label';
  const { type, ref } = parsed.data;
  const subject = ref.trim().toLowerCase();
  if (type !== 'tx' && type !== 'addr') return 'other-type';
  if (!(type === 'tx' ? TXID : ADDRESS).test(subject)) return 'not-a-label';
  const label = cleanLabel(parsed.data.label ?? '');
  if (label === '') return 'empty';
  return label.length > MAX_LABEL ? 'too-long' : { subject, label };
}
