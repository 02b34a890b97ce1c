import { isLinkProblem, parseTarget } from '../../shared/payment-link.ts';
import { readHeight, readId } from '../../shared/pasted.ts';
import { group } from '../../shared/units.ts';
import { findSettings } from '../format/settings-index.ts';
import { href, type ScreenName } from './route.ts';

/** An entry of the command palette: a route or an action. */
export interface Command {
  readonly id: string;
  readonly group: 'Go to' | 'Find' | 'Settings' | 'Do' | 'Contacts' | 'Payments' | 'Peers' | 'Blocks';
  readonly label: string;
  /** The address of a route; otherwise `run`. */
  readonly href?: string;
  readonly run?: () => void | Promise<void>;
}

const SCREEN_COMMANDS: readonly [ScreenName, string, string][] = [
  ['home', 'Home', 'start balance'],
  ['wallet', 'Wallet', 'payments history'],
  ['send', 'Send', 'pay'],
  ['receive', 'Receive', 'address qr'],
  ['contacts', 'Contacts', 'names people book addresses'],
  ['batch', 'Batch payment', 'csv import several many receivers'],
  ['coins', 'Coins', 'utxo outputs freeze control combine consolidate'],
  ['addresses', 'Addresses', 'list labels gap'],
  ['proofs', 'Messages and proofs', 'sign verify signature prove payment'],
  ['blocks', 'Blocks', 'chain'],
  ['mempool', 'Mempool', 'waiting fees'],
  ['peers', 'Peers', 'nodes connections'],
  ['map', 'Map', 'graph network'],
  ['mining', 'Mining', 'miner hash rate'],
  ['health', 'Health', 'status log coins'],
  ['reachability', 'Reachability', 'upnp autonat nat router port relay hole punching firewall'],
  ['networks', 'Networks', 'join create switch invite share link demo'],
  ['settings', 'Settings', 'theme about'],
  ['new-wallet', 'Create wallet', 'new create'],
  ['restore-wallet', 'Restore wallet', 'seed words recovery phrase recover'],
  ['watch-wallet', 'Watch a wallet', 'watch-only public keys addresses xpub'],
  ['setup-wallet', 'Shared or locked wallet', 'multisig savings inheritance time lock family'],
  ['payment-file', 'Open payment', 'sign unsigned offline file psbt broadcast'],
];

/** Routes whose name or keywords contain every typed word. Those that begin with one come first. */
export function goTo(typed: string): Command[] {
  const wanted = typed.trim().toLowerCase();
  return SCREEN_COMMANDS.map(([place, label, also]) => ({ place, label, fit: fitOf(wanted, label, also) }))
    .filter(({ fit }) => fit < NO_MATCH)
    .sort((a, b) => a.fit - b.fit)
    .map(({ place, label }) => ({ id: `go-${place}`, group: 'Go to', label, href: href(place) }));
}

/** At most this many settings, so that screens and actions stay in sight. */
const MAX_SETTINGS = 6;

/** Settings by their names and sentences; none before two characters are typed. */
export function goToSetting(typed: string, hasDesktop: boolean): Command[] {
  if (typed.trim().length < 2) return [];
  return findSettings(typed, hasDesktop)
    .slice(0, MAX_SETTINGS)
    .map(({ id, label }) => ({
      id: `setting-${id}`,
      group: 'Settings',
      label,
      href: href('settings', id),
    }));
}

const NO_MATCH = 3;

/**
 * The rank of a match: 0 if the name begins with the text, 1 if a word of the name begins with it, 2 if the text is
 * inside the name.
 */
function fitOf(wanted: string, label: string, also: string): number {
  const name = label.toLowerCase();
  if (name.startsWith(wanted)) return 0;
  if (` ${name} ${also}`.includes(` ${wanted}`)) return 1;
  return name.includes(wanted) ? 2 : NO_MATCH;
}

/** Entries for a typed id, height, address or link. */
export function find(typed: string): Command[] {
  const height = readHeight(typed);
  if (height !== null) return [found('block', String(height), `Block ${group(height)}`)];
  const id = readId(typed);
  if (id !== null)
    return [found('block', id, 'Block with this id'), found('transaction', id, 'Transaction with this id')];
  const target = parseTarget(typed);
  // Long enough for an address, without characters of a sentence.
  const payable = !isLinkProblem(target) && /^[0-9a-z]{30,160}$/i.test(target.address);
  return payable ? [found('send', typed.trim(), 'Send to this address')] : [];
}

function found(place: ScreenName, about: string, label: string): Command {
  return { id: `find-${place}`, group: 'Find', label, href: href(place, about) };
}
