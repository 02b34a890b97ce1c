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
import type { KnownNetworks } from './known-networks.ts';

/** A network that can be opened. */
export interface Candidate {
  readonly network: Network;
  /** The join link to open it with; null when there is none. */
  readonly link: string | null;
}

export interface Candidates {
  /** The newest candidate with this id, else the known or built-in network. @throws {KithError} `network-not-known` */
  find(id: string): Candidate;
  add(candidate: Candidate): void;
  /**
   * Previews a network.
   * @throws {KithError} `join-…`, `network-file-…`, `network-unknown`, `networks-busy`
   */
  preview(request: PreviewRequest): Promise<NetworkPreview>;
  summaryOf(network: Network): NetworkSummary;
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
  const { known, clock, random, askNodes = askLinkNodes } = deps;
  const candidates = new Map<string, Candidate>();
  let previews = 0;

  const add = (candidate: Candidate): void => {
    const { idHex } = candidate.network;
    candidates.delete(idHex);
    candidates.set(idHex, candidate);
    const [oldest] = candidates.keys();
    if (candidates.size > MAX_CANDIDATES) candidates.delete(oldest!);
  };

  const find = (id: string): Candidate => {
    const candidate = candidates.get(id);
    if (candidate) return candidate;
    const entry = known.find(id);
    const network = builtInById(id) ?? (entry && parseNetworkFile(known.readFile(id)));
    if (network === undefined) throw new KithError('network-not-known');
    if (network.idHex !== id) {
      const detail = 'it is the file of another network';
      throw new KithError('network-file-invalid', detail, { data: { detail } });
    }
    return { network, link: entry?.link ?? null };
  };

  const summaryOf = (network: Network): NetworkSummary => {
    const { idHex: id, name, founded, launched, params, genesis } = network;
    const entry = known.find(id);
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
  };

  async function previewLink(text: string): Promise<NetworkPreview> {
    const link = parseJoinLink(text);
    if (link === null) throw new KithError('join-link-invalid', 'not a join link');
    if (previews >= MAX_PREVIEWS) throw new KithError('networks-busy');
    previews++;
    try {
      const here = networkHere(link);
      if (here === null && link.file === null)
        throw new KithError('join-link-invalid', 'it names a network that this program does not know');
      const answers = await askNodes(link, here === null ? link.file : null, {
        clock,
        random,
        ms: ANSWER_MS,
      });
      const network = here ?? networkOf(link, answers);
      add({ network, link: text.trim() });
      return {
        ...summaryOf(network),
        link: { height: link.block.height, nodes: answers.nodes.map((node) => ({ ...node })) },
      };
    } finally {
      previews--;
    }
  }

  /** The network of a link if this node has it without a network file from other nodes. */
  function networkHere({ id }: JoinLink): Network | null {
    try {
      return find(toHex(id)).network;
    } catch {
      return null;
    }
  }

  return {
    find,
    add,
    summaryOf,
    async preview({ link, file, builtIn }) {
      if (link !== undefined) return previewLink(link);
      const network = file === undefined ? builtInByName(builtIn ?? '') : parseNetworkFile(file);
      add({ network, link: null });
      return { ...summaryOf(network), link: null };
    },
    list() {
      const entries = known.list();
      const ids = new Set(entries.map(({ id }) => id));
      const opened = entries.flatMap(({ id }) => networkOrNothing(() => find(id).network));
      return [...opened, ...BUILT_IN_NETWORKS.filter(({ idHex }) => !ids.has(idHex))].map(summaryOf);
    },
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
