import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { count, walletName } from './fields.ts';
import { EXPORT_FORMATS, LABEL_PROBLEMS, MAX_SENT_LABELS } from './vocabulary.ts';

/** The next part of a file. The parts together are the file. */
const part = z.object({
  text: z.string(),
  /** Number of rows up to the end of this part. */
  rows: count,
});

/** What became of a label file. */
export const labelReport = z.object({
  /** Labels that are new or differ from before. */
  changed: count,
  /** Labels that the wallet had already. */
  unchanged: count,
  skippedCount: count,
  /** The first of the lines that were not taken. */
  skipped: z.array(z.object({ line: count, why: z.enum(LABEL_PROBLEMS) })),
});

export const exportContract = {
  /**
   * Addition: the payments of a wallet as a file, newest first, at most 100 000; the parts end with the file. `csv`: RFC
   * 4180, amounts in KITH, times in ISO 8601. `json`: an array, amounts in motes.
   */
  exportHistory: oc
    .input(z.strictObject({ name: walletName, format: z.enum(EXPORT_FORMATS) }))
    .output(eventIterator(part)),
  /** Addition: the labels of a wallet as JSON Lines (BIP 329, types `tx` and `addr`). */
  exportLabels: oc.input(z.strictObject({ name: walletName })).output(eventIterator(part)),
  /** Addition: takes the labels of JSON Lines. A line that is not understood is reported and does no harm. */
  importLabels: oc
    .input(
      z.strictObject({
        name: walletName,
        lines: z.string().max(MAX_SENT_LABELS, `send at most ${MAX_SENT_LABELS} characters at a time`),
      }),
    )
    .output(labelReport),
};

export type ExportPart = Readonly<z.infer<typeof part>>;
export type LabelReport = Readonly<z.infer<typeof labelReport>>;
