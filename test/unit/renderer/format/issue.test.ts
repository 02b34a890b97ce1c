import { describe, expect, test } from 'vitest';
import { readIssues } from '../../../../main/api/issues.ts';
import { issueWords } from '../../../../renderer/format/issue.ts';
import { contract } from '../../../../shared/contract/contract.ts';

/** The schema of an input, as oRPC keeps it. */
interface Definition {
  readonly '~orpc': { readonly inputSchema?: { safeParse(value: unknown): { error?: { issues: unknown } } } };
}

const procedures = Object.entries(contract).flatMap(([area, members]) =>
  Object.entries(members).map(([name, of]) => [`${area}.${name}`, of as unknown as Definition] as const),
);

/** Inputs that are wrong in every field that an input of Kith can have. */
const WRONG: readonly unknown[] = [
  {},
  {
    to: [
      { address: 'x', amount: 0 },
      { address: 'y', amount: 0 },
    ],
  },
  { name: '', password: '', seconds: 0, height: -1, threads: 0, limit: 0, search: 7, id: 'x', txid: 'x' },
];

describe('what the node found wrong with an input', () => {
  test.each([
    ['to[0].amount', 'must be at least 1 mote', 'The amount must be at least 1 mote'],
    ['to[1].amount', 'must be at least 1 mote', 'The amount of receiver 2 must be at least 1 mote'],
    ['someNewField', 'is empty', 'A value is empty'],
    ['name', ': Invalid input', 'The name: Invalid input'],
  ])('%s %s', (path, message, words) => {
    const joined = message.startsWith(':') ? `${path}${message}` : `${path} ${message}`;
    expect(issueWords({ path, message: joined })).toBe(words);
  });

  test('a message that names its own subject is kept', () => {
    expect(issueWords({ path: 'password', message: 'the password is empty' })).toBe('the password is empty');
  });

  test('no procedure of the contract refuses an input with a path of fields in the words', () => {
    let refused = 0;
    for (const [name, definition] of procedures) {
      for (const input of WRONG) {
        const issues = readIssues({
          issues: definition['~orpc'].inputSchema?.safeParse(input).error?.issues,
        });
        for (const issue of issues ?? []) {
          refused += 1;
          expect(issueWords(issue), name).not.toMatch(/\w\[\d|\w\.\w+ (?:must|is|has)|[a-z][A-Z]/);
        }
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});
