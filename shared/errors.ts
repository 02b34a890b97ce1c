/**
 * Every stable error code with its sentence: what is wrong and what to do. The terminal, the page and the logs use
 * this table, so that an error has the same text everywhere. Sentences may change; codes never do.
 */
import { isolated } from './labels.ts';
import { BACKUP_SENTENCES } from './sentences/backup.ts';
import { NODE_SENTENCES } from './sentences/node.ts';
import { RULE_SENTENCES } from './sentences/rules.ts';
import { WALLET_SENTENCES } from './sentences/wallet.ts';
import { bytes, formatKith, group } from './units.ts';

const SENTENCES = { ...RULE_SENTENCES, ...WALLET_SENTENCES, ...BACKUP_SENTENCES, ...NODE_SENTENCES };

export type KnownErrorCode = keyof typeof SENTENCES;
export type ErrorData = Readonly<Record<string, unknown>>;

/** An error of the contract. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly data?: unknown;
}

/** All codes that have a sentence. */
export const ERROR_CODES = Object.keys(SENTENCES) as readonly KnownErrorCode[];

export function isKnownErrorCode(code: string): code is KnownErrorCode {
  return Object.hasOwn(SENTENCES, code);
}

/**
 * The sentence for a code, with its placeholders filled from `data`. A code without a sentence gets `fallback`, or a
 * sentence that names the code. Values are made printable and shortened, because they may come from a peer.
 */
export function sentenceFor(code: string, data?: unknown, fallback?: string): string {
  if (!isKnownErrorCode(code))
    return (
      fallback ??
      `Kith has an unknown error (${code}). The file logs/kith.log of the data directory has the details.`
    );
  const values = typeof data === 'object' && data !== null ? (data as ErrorData) : {};
  return SENTENCES[code].replace(
    PART,
    (_all, optional: string | undefined, otherwise: string | undefined, rest: string) =>
      optional === undefined ? fill(rest, values) : fillOrElse(optional, values, otherwise ?? ''),
  );
}

/** The error in the rejection of a call of the contract. A value without a code becomes `internal`. */
export function faultOf(error: unknown): Fault {
  const { code, message, data } = (
    typeof error === 'object' && error !== null ? error : {}
  ) as Partial<Fault>;
  if (typeof code !== 'string') return { code: 'internal', message: sentenceFor('internal') };
  return {
    code,
    message: typeof message === 'string' && message !== '' ? message : sentenceFor(code, data),
    ...(data === undefined || data === null ? {} : { data }),
  };
}

/** `[text with {names}|alternative]`, which is removed or replaced if a name has no value; or plain text. */
const PART = /\[([^\]|]*)(?:\|([^\]]*))?\]|([^[]+)/g;
/** `{name}` for a text, `{name:unit}` for a number, `{name:unit|text when it has no value}`. */
const PLACEHOLDER = /\{([a-zA-Z]+)(?::([a-z]+))?(?:\|([^}]*))?\}/g;
const MAX_VALUE = 300;
// Joiners are kept, because some scripts need them.
const UNPRINTABLE = /(?:[\p{Cc}\p{Zl}\p{Zp}]|(?!\u200c|\u200d)\p{Cf})+/gu;

/** Formats of numbers in sentences. A number without a unit is never shown, because its meaning would be unclear. */
const UNITS: Readonly<Record<string, (value: number) => string>> = {
  /** An amount in motes. */
  kith: (value) => `${formatKith(Math.ceil(value))} KITH`,
  /** A feerate in motes per byte. */
  rate: (value) => `${decimals(value)} motes per byte`,
  block: (value) => `block ${group(value)}`,
  bytes: (value) => counted(value, 'byte'),
  /** The same, rounded: 1.2 GB. */
  size: (value) => bytes(value),
  seconds: (value) => counted(value, 'second'),
  /** A number; the noun follows in the sentence. */
  count: (value) => group(value),
  /** A port, a process, a version: an identifier, not a quantity. The noun precedes it in the sentence. */
  number: (value) => String(value),
};

function counted(value: number, noun: string): string {
  return `${group(Math.ceil(value))} ${noun}${Math.ceil(value) === 1 ? '' : 's'}`;
}

function decimals(value: number): string {
  const fraction = value.toFixed(2).replace(/^[^.]*|\.?0*$/g, '');
  return `${group(value)}${fraction}`;
}

function fill(template: string, values: ErrorData): string {
  return template.replace(
    PLACEHOLDER,
    (_all, name: string, unit: string | undefined, otherwise: string | undefined) =>
      printable(values, name, unit) ?? otherwise ?? '',
  );
}

function fillOrElse(template: string, values: ErrorData, otherwise: string): string {
  const names = [...template.matchAll(PLACEHOLDER)];
  const complete = names.every(([, name = '', unit]) => printable(values, name, unit) !== undefined);
  return complete ? fill(template, values) : otherwise;
}

function printable(values: ErrorData, name: string, unit: string | undefined): string | undefined {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (typeof value === 'number' && Number.isFinite(value))
    return unit === undefined ? undefined : UNITS[unit]?.(value);
  if (typeof value !== 'string' || unit !== undefined) return undefined;
  const clean = value.replace(UNPRINTABLE, ' ').trim().replace(/\.$/, '');
  if (clean === '') return undefined;
  return isolated(clean.length > MAX_VALUE ? `${clean.slice(0, MAX_VALUE)}…` : clean);
}
