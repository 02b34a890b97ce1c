import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { count, done, givenId, height, id, nothing, notice, unixSeconds } from './fields.ts';
import { CREATION_STEPS, NETWORK_KINDS, SESSION_PHASES } from './vocabulary.ts';

/** Longest network file and longest pasted join link in characters. */
const MAX_FILE = 64 * 1024;
const MAX_LINK = 16 * 1024;
/** Maximum length; more than `join-link.ts` accepts. */
const MAX_NAME = 64;

/** Addition: a network that can be opened here. */
export const networkSummary = z.object({
  id,
  name: z.string(),
  kind: z.enum(NETWORK_KINDS),
  /** False for a built-in network that has no nodes yet. */
  launched: z.boolean(),
  /** Target time between blocks in seconds. */
  spacing: count,
  /** Time of its first block. */
  created: unixSeconds,
  /** Whether it was opened on this computer before. */
  known: z.boolean(),
  /** When it was last opened here; null if never. */
  openedAt: unixSeconds.nullable(),
});

/** Addition: what this program runs. At most one network is open. */
export const networksState = z.object({
  phase: z.enum(SESSION_PHASES),
  /**
   * Increases whenever a network is opened, also when it is the same one. Everything that was read before may belong to
   * another network.
   */
  run: count,
  /** The network that is starting or running; null when there is none. `demo`: its other nodes run on this computer. */
  open: z.object({ id, name: z.string(), demo: z.boolean() }).nullable(),
  /** Why the last network could not be opened, stopped, or has no other nodes; null if there was no failure. */
  failure: notice.nullable(),
  /** True if the program was started for one network and cannot open another. */
  fixed: z.boolean(),
  /** Known networks, the last opened one first; then the built-in ones. */
  networks: z.array(networkSummary),
});

/** Addition: a network that was previewed and can now be opened by its id. */
export const networkPreview = networkSummary.extend({
  /** What a join link contains; null without a link. */
  link: z
    .object({
      /** Height of a block that the link names; the chain is at least as long. */
      height,
      /** The nodes of the link, and whether each answered just now. */
      nodes: z.array(z.object({ address: z.string(), answered: z.boolean() })),
    })
    .nullable(),
});

/** Addition: what other users need to join. */
export const sharedNetwork = z.object({
  id,
  name: z.string(),
  /** The text of the network file and a name for it; null for a built-in network, which every node knows. */
  file: z.object({ name: z.string(), text: z.string() }).nullable(),
  /** A join link; null while no address is known at which other nodes can reach a node. */
  link: z.string().nullable(),
});

/** Addition: progress of a creation. The last event has the step `done` and the network. */
export const creationStep = z.object({
  step: z.enum(CREATION_STEPS),
  /** Number of hashes tried for the first block, and how many it takes on average. */
  tried: count,
  expected: count,
  network: sharedNetwork.nullable(),
});

/** Exactly one of the three fields. */
const previewed = z
  .strictObject({
    link: z.string().max(MAX_LINK, 'is too long to be a join link').optional(),
    file: z.string().max(MAX_FILE, 'is too long to be a network file').optional(),
    builtIn: z.string().max(MAX_NAME, 'is too long to be the name of a network').optional(),
  })
  .refine((value) => Object.values(value).filter((each) => each !== undefined).length === 1, {
    error: 'give one of link, file and builtIn',
  });

const NAME_RULE = 'the name of a network is 1 to 64 plain characters, without a space at either end';
const parameters = z.strictObject({
  name: z.string().regex(/^[!-~](?:[ -~]{0,62}[!-~])?$/, NAME_RULE),
  /** Seconds between blocks. */
  spacing: z
    .int('must be a whole number of seconds')
    .min(1, 'must be at least 1 second')
    .max(3600, 'must be at most 3600 seconds, which are one hour')
    .default(60),
  /** Default port of its nodes. */
  port: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(65_535, 'must be at most 65535, the last port')
    .default(21_475),
});

const chosen = z.strictObject({ id: givenId });
/** `previewed`: with the link or file of its last preview; else as it was last opened here. */
const opened = chosen.extend({ previewed: z.boolean().default(false) });

export const networksContract = {
  /** Addition. */
  list: oc.input(nothing).output(networksState),
  /** Addition: the state immediately, and later after changes. */
  watch: oc.input(nothing).output(eventIterator(networksState)),
  /** Addition: previews a join link, the text of a network file, or a built-in network. Opens nothing. */
  preview: oc.input(previewed).output(networkPreview),
  /** Addition: mines the first block of a new network. Ending the subscription cancels it. */
  create: oc.input(parameters).output(eventIterator(creationStep)),
  /**
   * Addition: closes the open network and opens this one: known, built-in, previewed or created. The answer comes when
   * the node of this network runs.
   */
  open: oc.input(opened).output(done),
  /**
   * Addition: closes the open network and starts the demo, which is several nodes on this computer. The answer comes
   * when the user's node runs.
   */
  demo: oc.input(nothing).output(done),
  /** Addition. */
  share: oc.input(chosen).output(sharedNetwork),
};

export type NetworkSummary = z.infer<typeof networkSummary>;
export type NetworksState = z.infer<typeof networksState>;
export type NetworkPreview = z.infer<typeof networkPreview>;
export type SharedNetwork = z.infer<typeof sharedNetwork>;
export type CreationStep = z.infer<typeof creationStep>;
export type PreviewRequest = z.infer<typeof previewed>;
export type NetworkParameters = z.infer<typeof parameters>;
