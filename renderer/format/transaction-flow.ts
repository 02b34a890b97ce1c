import type { TransactionInfo } from '../../shared/contract/chain.ts';
import type { AddressOwner } from '../../shared/contract/wallet-lists.ts';
import { amountWords } from './amount.ts';
import { shortId } from './id.ts';
import { plural } from './number.ts';

/** An input, an output, the new coins or the fee in the diagram of a transaction. */
export interface FlowPart {
  readonly key: string;
  /** The wallet, the contact, a short address, or what it is. */
  readonly name: string;
  /** Null if the node does not know the coin. */
  readonly amount: number | null;
  /** Whether it belongs to a wallet of this node. */
  readonly isOwn: boolean;
  /** Its row: top and height, and the height of its end of the band, in pixels. */
  readonly top: number;
  readonly height: number;
  readonly thick: number;
  /** Where the band meets the middle, in pixels from the top. */
  readonly from: number;
  readonly inner: number;
}

export interface Flow {
  readonly inputs: readonly FlowPart[];
  readonly outputs: readonly FlowPart[];
  readonly height: number;
  /** The same as a text. */
  readonly sentence: string;
}

/** Who an address belongs to. */
export interface FlowNames {
  readonly owners: ReadonlyMap<string, Pick<AddressOwner, 'wallet' | 'chain'>>;
  readonly contactName: (address: string) => string | undefined;
}

type Bare = Pick<FlowPart, 'key' | 'name' | 'amount' | 'isOwn'>;

/** Parts of a side that are drawn; the remaining ones are drawn as one. */
export const MOST_PARTS = 20;
/** Height of the whole band where it is not divided, in pixels. */
const TRUNK = 96;
const ROW = 44;
const THINNEST = 1.5;

/** The diagram of inputs and outputs: bands as thick as their share of the sum. Pure. */
export function transactionFlow(
  { inputs, outputs, fee }: Pick<TransactionInfo, 'inputs' | 'outputs' | 'fee'>,
  names: FlowNames,
): Flow {
  const spent = inputs.map((input, i) => bare(`in-${i}`, input, 'unknown coin', names));
  const paid = outputs.map((output, i) => bare(`out-${i}`, output, 'burned', names));
  const left = spent.length === 0 ? [newCoins(paid)] : fold(spent, 'inputs');
  const right = [
    ...fold(paid, 'outputs'),
    ...(spent.length > 0 && fee !== null && fee > 0 ? [feePart(fee)] : []),
  ];
  const whole = Math.max(sum(left), sum(right));
  const [leftSide, rightSide] = [layOut(left, whole), layOut(right, whole)];
  const height = Math.max(heightOf(leftSide), heightOf(rightSide), TRUNK);
  return {
    inputs: centre(leftSide, height),
    outputs: centre(rightSide, height),
    height,
    sentence: sentenceOf(spent, paid, fee),
  };
}

function bare(
  key: string,
  { amount, address }: { readonly amount: number | null; readonly address: string | null },
  without: string,
  { owners, contactName }: FlowNames,
): Bare {
  if (address === null) return { key, name: without, amount, isOwn: false };
  const owner = owners.get(address);
  if (owner === undefined)
    return { key, name: contactName(address) ?? shortId(address), amount, isOwn: false };
  return { key, name: ownerName(owner), amount, isOwn: true };
}

/** "Everyday", or "Everyday, change". */
export const ownerName = ({ wallet, chain }: Pick<AddressOwner, 'wallet' | 'chain'>): string =>
  chain === 'change' ? `${wallet}, change` : wallet;

const newCoins = (paid: readonly Bare[]): Bare => ({
  key: 'new',
  name: 'subsidy and fees',
  amount: sum(paid),
  isOwn: false,
});
const feePart = (amount: number): Bare => ({ key: 'fee', name: 'fee', amount, isOwn: false });

/** Own parts and the largest ones stay, in their order; the remaining ones are one part. */
function fold(parts: readonly Bare[], what: string): Bare[] {
  if (parts.length <= MOST_PARTS) return [...parts];
  const kept = new Set(
    parts
      .toSorted((a, b) => Number(b.isOwn) - Number(a.isOwn) || (b.amount ?? 0) - (a.amount ?? 0))
      .slice(0, MOST_PARTS),
  );
  const rest = parts.filter((part) => !kept.has(part));
  const amount = rest.some((part) => part.amount === null) ? null : sum(rest);
  const isOwn = rest.every((part) => part.isOwn);
  return [
    ...parts.filter((part) => kept.has(part)),
    { key: `more-${what}`, name: `and ${plural(rest.length, 'more', 'more')}`, amount, isOwn },
  ];
}

const sum = (parts: readonly Bare[]): number => parts.reduce((all, { amount }) => all + (amount ?? 0), 0);

type Row = Omit<FlowPart, 'from'>;

function layOut(parts: readonly Bare[], whole: number): Row[] {
  let top = 0;
  let inner = 0;
  return parts.map((part) => {
    const thick = whole === 0 ? THINNEST : Math.max(THINNEST, (TRUNK * (part.amount ?? 0)) / whole);
    const height = Math.max(ROW, thick + 8);
    const row = { ...part, top, height, thick, inner };
    top += height;
    inner += thick;
    return row;
  });
}

const heightOf = (rows: readonly Row[]): number => rows.reduce((all, { height }) => all + height, 0);

function centre(rows: readonly Row[], height: number): FlowPart[] {
  const down = (height - heightOf(rows)) / 2;
  const trunk = rows.reduce((all, { thick }) => all + thick, 0);
  const inner = (height - trunk) / 2;
  return rows.map((row) => ({
    ...row,
    top: row.top + down,
    from: row.top + down + (row.height - row.thick) / 2,
    inner: row.inner + inner,
  }));
}

/** The outline of a band from its end at `x0` to the middle at `x1`. */
export function bandPath(
  { from, inner, thick }: Pick<FlowPart, 'from' | 'inner' | 'thick'>,
  x0: number,
  x1: number,
): string {
  const bend = (x0 + x1) / 2;
  return `M${x0} ${n(from)}C${bend} ${n(from)} ${bend} ${n(inner)} ${x1} ${n(inner)}V${n(inner + thick)}C${bend} ${n(inner + thick)} ${bend} ${n(from + thick)} ${x0} ${n(from + thick)}Z`;
}

const n = (value: number): string => value.toFixed(1);

function sentenceOf(spent: readonly Bare[], paid: readonly Bare[], fee: number | null): string {
  const from = spent.length === 0 ? 'New coins and fees' : side(spent, 'input');
  const rest = spent.length > 0 && fee !== null ? `, and a fee of ${amountWords(fee)}` : '';
  return `${from} pay for ${side(paid, 'output')}${rest}.`;
}

function side(parts: readonly Bare[], what: string): string {
  const own = parts.filter(({ isOwn }) => isOwn);
  const known = parts.every(({ amount }) => amount !== null);
  const total = known ? ` of ${amountWords(sum(parts))}` : ' of an unknown sum';
  const names = [...new Set(own.map(({ name }) => name))].join('; ');
  const ownSum = own.length === parts.length ? 'all' : `${own.length} of ${amountWords(sum(own))}`;
  return `${plural(parts.length, what)}${total}${own.length === 0 ? '' : ` (${ownSum} of your wallets: ${names})`}`;
}
