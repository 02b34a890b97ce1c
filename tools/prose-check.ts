/**
 * `npm run check`: words that the glossary replaces (docs/language.md) in sources, documents and texts of the app. Prints
 * file, line, the word and what to write instead; exit code 1 when there is any.
 */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './support/root.ts';

/** Banned words and their replacement. Whole words, any case, in comments, names, texts and documents. */
const BANNED: readonly (readonly [pattern: string, instead: string])[] = [
  ['villages?|inhabitants?', 'demo network, demo user'],
  ['deeds?', 'action'],
  ['heeds?', 'track'],
  ['whoever', 'the subject by its name: the peer, the user, the miner'],
  ['the others', 'the rest by its name: the other peers, the remaining counters'],
  ['somebody|someone', 'the subject by its name'],
  ['spotless', 'good'],
  ['pardon(?:ed|s)?', 'unban, unbanned'],
  ['ripen(?:s|ing)?|ripe', 'immature'],
  ['kept out|keep out|let in(?: again)?', 'banned, ban, unban'],
  ['hand(?:s|ed)? (?:it |them )?over', 'send, pass'],
  ['put aside|takes? back|took back', 'disconnect, stale, reorganise'],
  ['nothing waits', 'the mempool is empty'],
  ['charters?', 'network parameters'],
  ['offences?', 'violation'],
  ['justice|good conduct', 'ban manager, misbehaviour'],
  ['debts?', 'outstanding requests'],
  ['patience', 'timeout'],
  ['lanes?', 'queue'],
  ['coin sets?', 'UTXO set'],
  ['tellers?', 'announcer'],
  ['neighbourly|marriage|tale', 'plain words'],
  ['access keys?', 'token'],
  ['(?:set|sets|setting|moves?|moved|puts?|left|kept) aside', 'renamed, kept as a copy'],
  ['if this repeats', 'if this happens again'],
  ['vouch(?:es|ed)?', 'confirm, prove'],
  ['lede', 'subtitle'],
];

/** The same for all files except the tests. */
const BANNED_OUTSIDE_TESTS: typeof BANNED = [
  ['for ever|for good', 'permanently, without end'],
  ['judg(?:e|es|ed|ing)', 'check, validate'],
  ['believ(?:e|es|ed)', 'assume, accept'],
  ['anybody|everybody|nobody|no one|anyone|everyone', 'the subject by its name: a peer, the user'],
  ['strangers?', 'unknown peer, node of another network'],
  ['twins?', 'duplicate, copy'],
  ['hears?|heard', 'receive'],
  ['tells?|told', 'send, report, show'],
  ['knock(?:s|ed)?|greeted', 'connect, handshake'],
  ['patience', 'timeout, delay'],
  ['seldom|rarely|from time to time', 'a number'],
  ['(?:is|are) no (?:errors?|violations?|targets?|reasons?)', 'is not an error'],
  ['goes on|go on|went on|going on', 'continue'],
  ['dies|died', 'crash, end'],
  ['anew', 'again'],
  ['in vain', 'without a result'],
];

/** The same for the program: the tables of docs/ have the column “at once”, which is the burst of a rate. */
const BANNED_IN_PROGRAM: typeof BANNED = [['at once', 'immediately, or at the same time']];

const FILES = [
  '{main,preload,renderer,shared,test,tools}/**/*.{ts,mjs,svelte,css,md}',
  'docs/**/*.md',
  '*.{md,ts,js,cjs,yml}',
];
/** Names on the wire and in the contract, error codes, and a parameter of Argon2id (docs/language.md). */
const ALLOWED =
  /\b(?:one|1) lane\b|\blanes = 1\b|\bhandOver\b|\bpardoned\b|\bnetwork-charter-invalid\b|\bstrangers\b|\bnode-died\b|\breach-nobody\b/g;
/** The rules, and texts that were published before them. */
const EXEMPT = [
  'tools/prose-check.ts',
  'docs/language.md',
  'docs/glossary.md',
  'eslint.config.js',
  'CHANGELOG.md',
  'test/fixtures/',
];

const RULES = [
  ...rulesOf(BANNED, /^/),
  ...rulesOf(BANNED_OUTSIDE_TESTS, /^(?!test\/)/),
  ...rulesOf(BANNED_IN_PROGRAM, /^(?:main|preload|renderer|shared)\//),
];

function rulesOf(banned: typeof BANNED, files: RegExp) {
  return banned.map(([pattern, instead]) => ({
    words: new RegExp(`\\b(?:${pattern})\\b`, 'gi'),
    instead,
    files,
  }));
}

const found = globSync(FILES, { cwd: ROOT })
  .map((file) => file.replaceAll(path.sep, '/'))
  .filter((file) => !EXEMPT.some((prefix) => file.startsWith(prefix)))
  .flatMap((file) =>
    linesOf(file).flatMap((line, index) =>
      findings(file, line).map((what) => `${file}:${index + 1}: ${what}`),
    ),
  );

for (const line of found) console.log(line);
if (found.length > 0) console.log(`${found.length} words to replace; docs/language.md has the rules`);
process.exitCode = found.length === 0 ? 0 : 1;

function linesOf(file: string): string[] {
  return readFileSync(path.join(ROOT, file), 'utf8').split('\n');
}

/** Identifiers are split into words, at capital letters and underscores, so that a rule also finds its word in a name. */
function findings(file: string, line: string): string[] {
  const words = line
    .replaceAll(ALLOWED, '')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ');
  return RULES.filter(({ files }) => files.test(file)).flatMap(({ words: rule, instead }) =>
    [...words.matchAll(rule)].map(([word]) => `“${word}”: write ${instead}`),
  );
}
