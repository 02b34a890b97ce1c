import { describe, expect, test } from 'vitest';
import { type Candidate, chooseEviction } from '../../../../main/network/peers/slots/eviction.ts';

const peer = (id: string, more: Partial<Candidate> = {}): Candidate => ({
  id,
  group: `10.${id}`,
  latencyMs: null,
  since: 1000,
  lastPayment: 0,
  lastBlock: 0,
  blockOnly: false,
  ...more,
});
const rank = (group: string) =>
  Array.from(group, (letter) => letter.charCodeAt(0)).reduce((sum, code) => (sum * 31 + code) % 997, 7);

describe('who makes room', () => {
  test('of a thousand from one group one of them goes, never somebody who is of use', () => {
    const useful = [
      ...Array.from({ length: 8 }, (_, i) => peer(`near${i}`, { latencyMs: i + 1 })),
      ...Array.from({ length: 4 }, (_, i) => peer(`pays${i}`, { lastPayment: 5000 + i })),
      ...Array.from({ length: 4 }, (_, i) => peer(`mines${i}`, { lastBlock: 5000 + i })),
      // Older blocks than the others', but nothing else to show.
      ...Array.from({ length: 8 }, (_, i) =>
        peer(`blocks${i}`, { lastBlock: 100 + i, blockOnly: true, since: 99_000 }),
      ),
    ];
    let all = [
      ...useful,
      ...Array.from({ length: 40 }, (_, i) => peer(`old${i}`, { since: i })),
      ...Array.from({ length: 1000 }, (_, i) =>
        peer(`evil${i}`, { group: '66.6', since: 9000 + i, latencyMs: 500 }),
      ),
    ];
    for (let i = 0; i < 900; i++) {
      const gone = chooseEviction(all, rank);
      expect(gone).toMatch(/^evil/);
      all = all.filter(({ id }) => id !== gone);
    }
    expect(useful.every((each) => all.includes(each))).toBe(true);
  });

  test('the youngest of the largest group goes; nobody when all are worth keeping', () => {
    const all = [
      ...Array.from({ length: 20 }, (_, i) => peer(`a${i}`, { since: i })),
      ...Array.from({ length: 12 }, (_, i) => peer(`b${i}`, { group: 'b', since: 100 + i })),
    ];
    expect(chooseEviction(all, rank)).toBe('b11');
    expect(chooseEviction([peer('only')], rank)).toBeNull();
  });
});
