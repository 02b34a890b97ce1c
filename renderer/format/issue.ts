/** What the node found wrong with one field of a request. */
export interface Issue {
  /** The field by its name in the contract, such as `to[0].amount`; empty for the request as a whole. */
  readonly path: string;
  /** Begins with the path where the field is the subject. */
  readonly message: string;
}

/** The fields that people fill in, by their last name in the contract. */
const NOUNS: Readonly<Record<string, string>> = {
  account: 'The account',
  address: 'The address',
  addresses: 'The list of addresses',
  amount: 'The amount',
  at: 'The height or time',
  comment: 'The note',
  csv: 'The table',
  fee: 'The fee',
  feerate: 'The fee rate',
  file: 'The file',
  gap: 'The number of unused addresses',
  height: 'The height',
  hex: 'The transaction',
  id: 'The id',
  label: 'The label',
  link: 'The join link',
  message: 'The message',
  name: 'The name',
  newPassword: 'The new password',
  note: 'The note',
  outpoints: 'The selection of coins',
  password: 'The password',
  reason: 'The reason',
  search: 'The search text',
  seconds: 'The number of seconds',
  signature: 'The signature',
  spacing: 'The time between blocks',
  subsidy: 'The reward',
  threads: 'The number of threads',
  to: 'The list of receivers',
  txid: 'The transaction id',
  until: 'The end',
  words: 'The recovery phrase',
};

/** A sentence without names of fields of the contract, which mean nothing to a person. */
export function issueWords({ path, message }: Issue): string {
  // Which fields go together is a matter of programs; the page sends those that do.
  if (path === '')
    return /^give |unknown field/.test(message)
      ? 'The input is not complete'
      : message.replace(/^it\b/, 'The input');
  if (!message.startsWith(path)) return message;
  return `${subjectOf(path)}${message.slice(path.length)}`;
}

function subjectOf(path: string): string {
  const field = path.match(/[a-z]\w*/gi)?.at(-1) ?? '';
  const noun = NOUNS[field] ?? 'A value';
  const receiver = /^to\[(\d+)\]\./.exec(path)?.[1];
  return receiver === undefined || receiver === '0' ? noun : `${noun} of receiver ${Number(receiver) + 1}`;
}
