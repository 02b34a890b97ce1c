import type { Operation } from '../../shared/contract/operations.ts';
import { shortId } from './id.ts';
import { plural } from './number.ts';

/** Seconds for which a page shows the outcome of an operation that another client started. */
const SHOWN_SECONDS = 120;
/** Maximum number of operations shown at the same time, because more would cover the page. */
const MAX_SHOWN = 3;

/** An operation as a sentence around the name and the amount in it: "A payment of **2 KITH** to *lkith1…* was sent". */
export interface OperationWords {
  readonly lead: string;
  /** Motes; null if the sentence has no amount. */
  readonly amount: number | null;
  readonly joint: string;
  /** A wallet name or an address. It is foreign text, so its direction is isolated. */
  readonly name: string;
  readonly tail: string;
  readonly tone: 'plain' | 'good' | 'bad';
}

/** Unique key of an operation, also after a restart of the node, which counts from 1 again. */
export const operationKey = ({ number, startedAt }: Pick<Operation, 'number' | 'startedAt'>): string =>
  `${number}.${startedAt}`;

/** The operations to show, newest first: recent ones that another client started, or this page before a reload. */
export function worthTelling(
  operations: readonly Operation[],
  now: number,
  seen: readonly string[],
): readonly Operation[] {
  return operations
    .filter(
      ({ own, number, startedAt, endedAt }) =>
        !own &&
        !seen.includes(operationKey({ number, startedAt })) &&
        (endedAt === null || now - endedAt <= SHOWN_SECONDS),
    )
    .slice(0, MAX_SHOWN);
}

/** The sentence without the time. */
export function operationWords(operation: Operation): OperationWords {
  const { kind, state, wallet, amount, address, fault } = operation;
  const tone = state === 'failed' ? 'bad' : state === 'done' ? 'good' : 'plain';
  const verb = VERBS[kind][state];
  const because = fault === null ? '' : ` ${fault.message}`;
  const tail = `${verb}${state === 'failed' ? `.${because}` : ''}`;
  if (kind === 'payment') {
    const joint = operation.receiver === null ? '' : ' to ';
    return { lead: 'A payment of ', amount, joint, name: receiverWords(operation), tail: ` ${tail}`, tone };
  }
  if (kind === 'peer-add')
    return {
      lead: 'The connection to ',
      amount: null,
      joint: '',
      name: address ?? '',
      tail: ` ${tail}`,
      tone,
    };
  const lead = kind === 'wallet-password' ? 'The password of the wallet ' : 'The wallet ';
  return { lead, amount: null, joint: '', name: wallet ?? '', tail: ` ${tail}`, tone };
}

function receiverWords({ receiver, receivers }: Operation): string {
  if (receiver === null) return '';
  return (receivers ?? 1) > 1 ? plural(receivers ?? 1, 'receiver') : shortId(receiver, 10);
}

type Verbs = Readonly<Record<Operation['state'], string>>;
const VERBS: Readonly<Record<Operation['kind'], Verbs>> = {
  payment: { running: 'is being sent', done: 'was sent', failed: 'was not sent' },
  'wallet-create': { running: 'is being created', done: 'was created', failed: 'was not created' },
  'wallet-restore': { running: 'is being restored', done: 'was restored', failed: 'was not restored' },
  'wallet-password': { running: 'is being changed', done: 'was changed', failed: 'was not changed' },
  'wallet-rescan': {
    running: 'starts a rescan of the blockchain',
    done: 'is rescanning the blockchain',
    failed: 'could not start a rescan',
  },
  'peer-add': { running: 'is being opened', done: 'was opened', failed: 'could not be opened' },
};
