import type { ExportPart, LabelReport } from '../../shared/contract/export.ts';
import { MAX_SENT_LABELS } from '../../shared/contract/vocabulary.ts';

/** The text of all parts of a file. */
export async function joinParts(parts: AsyncIterable<ExportPart>): Promise<{ text: string; rows: number }> {
  const texts: string[] = [];
  let rows = 0;
  for await (const part of parts) {
    texts.push(part.text);
    ({ rows } = part);
  }
  return { text: texts.join(''), rows };
}

/** Whole lines of a text, together at most as long as the node takes at a time. A line that is longer stands alone. */
export function splitLines(text: string, most = MAX_SENT_LABELS): string[] {
  const chunks: string[] = [];
  let chunk = '';
  for (const line of text.split('\n')) {
    if (chunk !== '' && chunk.length + line.length + 1 > most) {
      chunks.push(chunk);
      chunk = '';
    }
    chunk += `${line}\n`;
  }
  return chunk.trim() === '' ? chunks : [...chunks, chunk];
}

/** The report of a whole file; `lines` has the number of lines of each chunk. */
export function joinReports(
  reports: readonly LabelReport[],
  lines: readonly number[],
): Omit<LabelReport, 'skippedCount'> & { readonly skippedCount: number } {
  let before = 0;
  const skipped: LabelReport['skipped'] = [];
  for (const [index, report] of reports.entries()) {
    skipped.push(...report.skipped.map(({ line, why }) => ({ line: line + before, why })));
    before += lines[index] ?? 0;
  }
  const sum = (of: (report: LabelReport) => number) => reports.reduce((total, each) => total + of(each), 0);
  return {
    changed: sum(({ changed }) => changed),
    unchanged: sum(({ unchanged }) => unchanged),
    skippedCount: sum(({ skippedCount }) => skippedCount),
    skipped,
  };
}
