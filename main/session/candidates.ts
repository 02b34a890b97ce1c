/** Networks that were previewed, created or opened, and that can be opened. */
import type { NetworkPreview, NetworkSummary, PreviewRequest } from '../../shared/contract/networks.ts';
import { equalBytes } from '../core/codec/bytes.ts';
import { toHex } from '../core/codec/hex.ts';
import { BUILT_IN_NETWORKS, builtInNetwork } from '../core/params/built-in-networks.ts';
import { type JoinLink, parseJoinLink } from '../core/params/join-link.ts';
import type { Network } from '../core/params/network.ts';
import type { Clock } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import type { Random } from '../lib/random.ts';
import { askLinkNodes, type LinkAnswers } from '../net/join.ts';
import { parseNetworkFile } from '../node/read-network.ts';
import type { KnownNetwork, KnownNetworks } from './known-networks.ts';

/** A network that can be opened. */
export interface Candidate {
  readonly network: Network;
  /** The join link to open it with; null when there is none. */
  readonly link: string | null;
}

export interface Candidates {
  /**
   * The network as it was last opened here; if it never was, the newest candidate or the built-in network.
   * @throws {KithError} `network-not-known`
   */
  find(id: string): Candidate;
  /** The newest candidate with this id, which the user has just seen. Without one, the same as `find`. */
  seen(id: string): Candidate;
  add(candidate: Candidate): void;
  /**
   * Previews a network.
   * @throws {KithError} `join-…`, `network-file-…`, `network-unknown`, `networks-busy`
   */
  preview(request: PreviewRequest): Promise<NetworkPreview>;
  /** The known networks, the last opened one first, and then the remaining built-in ones. */
  list(): NetworkSummary[];
}

export interface CandidatesDeps {
  readonly known: KnownNetworks;
  readonly clock: Clock;
  readonly random: Random;
  /** Connects to the nodes of a link and asks them; tests replace it. */
  readonly askNodes?: typeof askLinkNodes;
}

/** How long to wait for the answers of the nodes of a link. */
const ANSWER_MS = 8000;
/** Maximum number of links that are previewed at the same time. Each needs a libp2p host. */
const MAX_PREVIEWS = 2;
const MAX_CANDIDATES = 16;

export function createCandidates(deps: CandidatesDeps): Candidates {
  const { known } = deps;
  const candidates = new Map<string, Candidate>();
  const stored = createStoredNetworks(known);

  const add = (candidate: Candidate): void => {
    const { idHex } = candidate.network;
    candidates.delete(idHex);
    candidates.set(idHex, candidate);
    const [oldest] = candidates.keys();
    if (candidates.size > MAX_CANDIDATES) candidates.delete(oldest!);
  };
  // A preview must not replace the link of a known network: the user has not decided to open it.
  const find = (id: string): Candidate => {
    const entry = known.find(id);
    const candidate = entry === undefined ? candidates.get(id) : undefined;
    return candidate ?? { network: stored.get(id, entry), link: entry?.link ?? null };
  };
  const summaryOf = (network: Network): NetworkSummary => summarise(network, known.find(network.idHex));
  const followLink = createLinkReader(deps, find);

  return {
    find,
    seen: (id) => candidates.get(id) ?? find(id),
    add,
    async preview({ link, file, builtIn }) {
      if (link !== undefined) {
        const { network, height, nodes } = await followLink(link);
        add({ network, link: link.trim() });
        return { ...summaryOf(network), link: { height, nodes: nodes.map((node) => ({ ...node })) } };
      }
      const network = file === undefined ? builtInByName(builtIn ?? '') : parseNetworkFile(file);
      add({ network, link: null });
      return { ...summaryOf(network), link: null };
    },
    list() {
      const entries = known.list();
      const ids = new Set(entries.map(({ id }) => id));
      const opened = entries.flatMap((entry) =>
        networkOrNothing(() => stored.get(entry.id, entry)).map((network) => summarise(network, entry)),
      );
      const further = BUILT_IN_NETWORKS.filter(({ idHex }) => !ids.has(idHex));
      return [...opened, ...further.map((network) => summarise(network, undefined))];
    },
  };
}

/**
 * Known and built-in networks by their ids. A network file is read and its proof of work checked once per program,
 * because an id never changes its content, and lists are read often.
 */
function createStoredNetworks(known: KnownNetworks) {
  const read = new Map<string, Network>();
  return {
    /** @throws {KithError} `network-not-known`, `network-file-…` */
    get(id: string, entry: KnownNetwork | undefined): Network {
      const here = builtInById(id) ?? read.get(id);
      if (here !== undefined) return here;
      if (entry === undefined) throw new KithError('network-not-known');
      const network = parseNetworkFile(known.readFile(id));
      if (network.idHex !== id) {
        const detail = 'it is the file of another network';
        throw new KithError('network-file-invalid', detail, { data: { detail } });
      }
      read.set(id, network);
      return network;
    },
  };
}

function summarise(network: Network, entry: KnownNetwork | undefined): NetworkSummary {
  const { idHex: id, name, founded, launched, params, genesis } = network;
  return {
    id,
    name,
    kind: founded ? 'created' : 'built-in',
    launched,
    spacing: params.spacing,
    created: genesis.header.time,
    known: entry !== undefined,
    openedAt: entry?.openedAt ?? null,
  };
}

interface FollowedLink extends Pick<LinkAnswers, 'nodes'> {
  readonly network: Network;
  readonly height: number;
}

/** Reads join links and asks their nodes. If `find` does not know the network, asks them for the network file too. */
function createLinkReader(
  { clock, random, askNodes = askLinkNodes }: CandidatesDeps,
  find: (id: string) => Candidate,
): (text: string) => Promise<FollowedLink> {
  let running = 0;
  return async (text) => {
    const link = parseJoinLink(text);
    if (link === null) throw new KithError('join-link-invalid', 'not a join link');
    const [here] = networkOrNothing(() => find(toHex(link.id)).network);
    if (here === undefined && link.file === null)
      throw new KithError('join-link-invalid', 'it names a network that this program does not know');
    if (running >= MAX_PREVIEWS) throw new KithError('networks-busy');
    running++;
    try {
      const wanted = here === undefined ? link.file : null;
      const answers = await askNodes(link, wanted, { clock, random, ms: ANSWER_MS });
      return { network: here ?? networkOf(link, answers), height: link.block.height, nodes: answers.nodes };
    } finally {
      running--;
    }
  };
}

function builtInById(id: string): Network | undefined {
  return BUILT_IN_NETWORKS.find(({ idHex }) => idHex === id);
}

function builtInByName(name: string): Network {
  const network = builtInNetwork(name);
  if (network === undefined) throw new KithError('network-unknown', name, { data: { network: name } });
  return network;
}

function networkOf(link: JoinLink, { file }: LinkAnswers): Network {
  if (file === null) {
    const addresses = link.addresses.join(' ');
    throw new KithError('join-unreachable', 'no node sent the network file', { data: { addresses } });
  }
  const network = parseNetworkFile(file);
  if (!equalBytes(network.id, link.id))
    throw new KithError('join-link-invalid', 'the file it names is of another network');
  return network;
}

/** The network, or nothing if its file is missing or corrupt, because then it cannot be opened. */
function networkOrNothing(find: () => Network): Network[] {
  try {
    return [find()];
  } catch {
    return [];
  }
}
