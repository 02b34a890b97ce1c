import type { WalletSearch } from '../../shared/contract/wallet-search.ts';
import { group, plural } from './number.ts';

/** What a search of the blockchain has done, in sentences. */
export interface SearchWords {
  readonly title: string;
  /** Which part is certain. */
  readonly certain: string;
  /** What is missing or left to do. */
  readonly notes: readonly string[];
}

const blocks = (from: number, to: number): string =>
  from === to ? `block ${group(from)}` : `the blocks ${group(from)} to ${group(to)}`;

export function searchWords(search: WalletSearch): SearchWords {
  return { title: titleOf(search), certain: certainOf(search), notes: notesOf(search) };
}

/** Whether a search is under way. */
export const isSearching = ({ state }: Pick<WalletSearch, 'state'>): boolean =>
  state === 'checking' || state === 'reading';

/** A restore by a version of Kith that did not keep what it read. */
const isUnknown = ({ kind, state, startedAt }: WalletSearch): boolean =>
  kind === 'restore' && state === 'done' && startedAt === null;

function titleOf(search: WalletSearch): string {
  const { kind, state, blocksRead, blocksTotal } = search;
  const progress = `block ${group(blocksRead)} of ${group(blocksTotal)}`;
  if (state === 'checking') return `Searching the blockchain, ${progress}`;
  if (state === 'reading') return `Scanning the blockchain, ${progress}`;
  if (state === 'cancelled') return 'The search was cancelled';
  if (isUnknown(search)) return 'It is not known which blocks the wallet has read';
  return kind === 'none' ? 'The wallet has read every block since it was created' : 'The search is complete';
}

function certainOf(search: WalletSearch): string {
  const { certainTo, fromHeight, kind } = search;
  if (certainTo === null)
    return isUnknown(search)
      ? 'A search of the blockchain finds the payments that it may lack.'
      : 'No block was searched yet.';
  const where = blocks(fromHeight, certainTo);
  return kind === 'none'
    ? `Payments to its addresses in ${where} are certain.`
    : `Certain: payments to the addresses that the wallet knew then, in ${where}.`;
}

function notesOf(search: WalletSearch): string[] {
  const {
    state,
    kind,
    fromHeight,
    lackedFrom,
    unsearched,
    incompleteSince,
    receiveAddresses,
    changeAddresses,
    unreadBlocks,
  } = search;
  const found =
    lackedFrom === null
      ? []
      : [
          `In block ${group(lackedFrom)} the search found a payment that the wallet lacked.${
            state === 'reading'
              ? ' The wallet reads the blocks after it; until then its balance is not complete.'
              : ''
          }`,
        ];
  const state_ = {
    checking: ['The search changes nothing in the wallet unless it finds a payment that the wallet lacks.'],
    reading: kind === 'restore' ? ['Until the end the balance is that of the last block that was read.'] : [],
    cancelled: [
      `${lackedFrom === null ? 'The search changed nothing in the wallet.' : 'What the search found stays in the wallet.'} Payments in later blocks are still found.`,
    ],
    done: [],
  }[state];
  return [
    ...state_,
    ...found,
    ...(unreadBlocks === 0 || state === 'reading'
      ? []
      : [
          `The wallet still has to read ${plural(unreadBlocks, 'block')}. Until then its balance is not complete.`,
        ]),
    ...(fromHeight > 1 && kind === 'rescan' ? [`Blocks before ${group(fromHeight)} were not searched.`] : []),
    ...(unsearched === null
      ? []
      : [
          `The wallet did not read ${blocks(unsearched.fromHeight, unsearched.toHeight)}. ${
            state === 'done'
              ? 'Unspent coins from them are in the wallet; older payments are missing in the list.'
              : 'Payments in them may be missing.'
          }`,
        ]),
    ...(incompleteSince === null
      ? []
      : [
          `Above block ${group(incompleteSince)} payments to further addresses may be missing, because the wallet knew too few. Unlock it to search them; a watch-only wallet needs more public keys.`,
        ]),
    `The wallet looks for payments to ${plural(receiveAddresses, 'address', 'addresses')} and ${plural(changeAddresses, 'change address', 'change addresses')} now.`,
  ];
}
