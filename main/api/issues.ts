/** Validation errors of zod as sentences for users. */
import { group } from '../../shared/units.ts';

export interface Issue {
  /** The field, such as `to[0].amount`; empty for the input as a whole. */
  readonly path: string;
  readonly message: string;
}

const MAX_ISSUES = 5;

/** Reads oRPC's validation error; null if it is not one. At most 5 issues, never the input, which may be secret. */
export function readIssues(data: unknown): readonly Issue[] | null {
  const issues = (data as { issues?: unknown } | undefined)?.issues;
  if (!Array.isArray(issues)) return null;
  return issues.slice(0, MAX_ISSUES).map((found: RawIssue) => {
    const issue = likeliest(found);
    const path = joinPath(issue.path ?? []);
    return { path, message: explain(issue, path === '' ? 'it' : path) };
  });
}

export function describeIssues(issues: readonly Issue[]): string {
  return issues.map((issue) => issue.message).join('; ');
}

interface RawIssue {
  readonly code?: string;
  readonly message?: string;
  readonly expected?: string;
  readonly keys?: readonly string[];
  /** For a union: the issues of each of its forms. */
  readonly errors?: readonly (readonly RawIssue[])[];
  readonly origin?: string;
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[];
}

/** For a union: the issue of its first form, which users choose most often. */
function likeliest(issue: RawIssue): RawIssue {
  const [first] = issue.errors?.[0] ?? [];
  if (issue.code !== 'invalid_union' || first === undefined || issue.message !== 'Invalid input')
    return issue;
  return { ...first, path: [...(issue.path ?? []), ...(first.path ?? [])] };
}

function joinPath(path: NonNullable<RawIssue['path']>): string {
  return path
    .map((part) => (typeof part === 'object' ? part.key : part))
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`))
    .join('');
}

function explain(issue: RawIssue, subject: string): string {
  const message = issue.message ?? 'is not valid';
  if (issue.code === 'unrecognized_keys')
    return `${subject} has an unknown field ${(issue.keys ?? []).slice(0, MAX_ISSUES).join(', ')}`;
  if (issue.code === 'invalid_type') {
    if (message.endsWith('received undefined'))
      return subject === 'it' ? 'it is missing' : `${subject} is missing`;
    return `${subject} must be ${article(issue.expected ?? 'something else')}`;
  }
  // Messages of Kith are clauses or continue the subject; those of zod begin with a capital letter.
  if (/^(give|a |the |mine|name at|at most)/.test(message)) return message;
  if (/^(must|is|has)\b/.test(message)) return `${subject} ${message}`;
  const range = explainRange(issue);
  if (range !== null) return `${subject} ${range}`;
  return `${subject}: ${message}`;
}

/** A sentence for a limit for which the contract has no message, such as a list of at most 1 000 items. */
function explainRange({ code, origin = '', minimum, maximum }: RawIssue): string | null {
  const unit = UNITS[origin];
  const limit = code === 'too_small' ? minimum : code === 'too_big' ? maximum : undefined;
  if (limit === undefined) return null;
  if (code === 'too_small' && unit !== undefined && Number(limit) === 1) return 'is empty';
  const side = code === 'too_small' ? 'at least' : 'at most';
  const figure = group(Number(limit));
  return unit === undefined ? `must be ${side} ${figure}` : `must have ${side} ${figure} ${unit}`;
}

const UNITS: Readonly<Record<string, string>> = { string: 'characters', array: 'items' };

function article(expected: string): string {
  const words: Record<string, string> = { int: 'a whole number', object: 'an object', array: 'a list' };
  return words[expected] ?? `a ${expected}`;
}
