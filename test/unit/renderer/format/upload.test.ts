import { expect, test } from 'vitest';
import { uploadSentence } from '../../../../renderer/format/upload.ts';

const endsAt = Date.parse('2027-01-01T00:00:00Z') / 1000;
const say = (stage: 'open' | 'reserve' | 'closed', used: number, limit: number | null) =>
  uploadSentence({ bytesPerSecond: 1200, month: { used, limit, stage, endsAt } })
    .replaceAll('\u00a0', ' ')
    .replaceAll('\u2011', '-');

test('what was sent in the month is one sentence for each stage, with the date of the next month', () => {
  expect(say('open', 512_000, null)).toBe(
    'Sent in this month: 512 kB; 1.2 kB a second now. There is no limit.',
  );
  expect(say('open', 5_000_000, 10_000_000)).toBe(
    'Sent in this month: 5.0 MB of 10 MB (50 %); 1.2 kB a second now. The next month begins on 2027-01-01.',
  );
  expect(say('reserve', 9_100_000, 10_000_000)).toContain('Until 2027-01-01 no old blocks');
  expect(say('closed', 9_990_000, 10_000_000)).toContain('no connections until 2027-01-01');
});
