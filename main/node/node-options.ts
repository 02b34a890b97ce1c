/**
 * Every option of a node, declared once: name, form, default and description. The terminal, the config file, the
 * desktop app and the demo all fill this schema; `kith node --help` and docs/node-options.md are generated from it.
 */
import { z } from 'zod';
import { SETTING_VALUES } from '../../shared/contract/settings.ts';
import { LOG_LEVELS } from '../../shared/contract/vocabulary.ts';

const text = () => z.string().min(1).max(4096);

export const NODE_OPTIONS = z.strictObject({
  network: text().optional().meta({
    value: 'NAME|FILE',
    description: 'main, test, local or regtest, or the path of a network file',
  }),
  join: text().optional().meta({
    value: 'LINK',
    description: 'a join link of a network: kith:join?…; used instead of the network',
  }),
  datadir: text().optional().meta({
    value: 'FOLDER',
    path: true,
    description: "data directory (default: a folder in the platform's directory for application data)",
  }),
  listen: SETTING_VALUES.listen.optional().meta({
    value: 'MULTIADDR …',
    description:
      'addresses to listen on, such as /ip4/0.0.0.0/tcp/21474 (default on local and regtest: this computer only)',
    without: 'accept no inbound connections; the node still makes outbound ones',
  }),
  bootstrap: SETTING_VALUES.bootstrap.optional().meta({
    value: 'MULTIADDR …',
    description: 'bootstrap nodes, such as /ip4/192.0.2.1/tcp/21474/p2p/12D3…',
  }),
  announce: SETTING_VALUES.announce.default([]).meta({
    value: 'MULTIADDR …',
    description: 'addresses to advertise instead of the listen addresses, behind a router or a proxy',
  }),
  apiPort: z.int().min(0).max(65_535).optional().meta({
    value: 'PORT',
    description:
      'port of the page and the API on 127.0.0.1; 0 takes any free one (default: 0 in the terminal, no port in the desktop app)',
  }),
  snapshot: z.boolean().default(false).meta({
    description:
      'a new node starts from the newest UTXO snapshot to which the chain commits, and verifies the blocks before it afterwards',
  }),
  pruneMb: SETTING_VALUES.pruneMb.optional().meta({
    value: 'N',
    description:
      'prune: keep only the newest N megabytes of blocks, and always those of the last two epochs (six days on main), which may need more; blocks that a wallet has yet to read are kept too, up to twice N megabytes while 1 GB of the disk is free',
  }),
  pruneWhenLow: SETTING_VALUES.pruneWhenLow.default(false).meta({
    description:
      'when less than 1 GB of the disk is free, keep fewer old blocks, so that 1.5 GB are free; the size becomes the setting pruneMb',
  }),
  asmap: SETTING_VALUES.asmap.optional().meta({
    value: 'FILE',
    path: true,
    description:
      'an ASN map in the format of Bitcoin Core: the node then chooses its peers among different network operators, not only among different prefixes',
  }),
  maxUpload: SETTING_VALUES.maxUpload.optional().meta({
    value: 'N',
    description: 'send at most N kB (1 000 bytes) a second to other nodes; new blocks go first',
  }),
  uploadMonthMb: SETTING_VALUES.uploadMonthMb.optional().meta({
    value: 'N',
    description:
      'send at most N megabytes in a calendar month (UTC); after nine tenths no old blocks are sent, and at N the node has no connections until the next month',
  }),
  privateBroadcast: SETTING_VALUES.privateBroadcast.default(true).meta({
    without:
      'announce your own transactions to all peers immediately, instead of sending them to one peer first',
    description:
      'send your own transactions to one peer first, so that other peers cannot see where they come from',
  }),
  mine: text().optional().meta({ value: 'ADDRESS', description: 'mine, with this address for the rewards' }),
  threads: SETTING_VALUES.threads.default(1).meta({ value: 'N', description: 'mining threads' }),
  threadShare: SETTING_VALUES.threadShare.default(100).meta({
    value: 'N',
    description: 'percent of the time of each mining thread that is used',
  }),
  logLevel: SETTING_VALUES.logLevel.default('info').meta({
    value: 'LEVEL',
    description: `lowest level that is written to logs/kith.log in the data directory: ${LOG_LEVELS.join(', ')}`,
  }),
});

/** The given options, without defaults. */
export type GivenOptions = z.input<typeof NODE_OPTIONS>;
/** The options with defaults. */
export interface NodeOptions extends z.output<typeof NODE_OPTIONS> {
  /** Which options were given, and where; the settings of the node do not change those. */
  readonly sources?: OptionSources;
}
export type OptionName = keyof GivenOptions;
/** `program`: this kind of node has a fixed value. */
export type OptionSources = Readonly<Partial<Record<OptionName, 'program' | 'argument' | 'config-file'>>>;

/** Whether the options decide which network is run. */
export const namesNetwork = ({ network, join }: NodeOptions): boolean =>
  network !== undefined || join !== undefined;

/** The form of an option, for readers of arguments and for the documentation. */
export interface OptionForm {
  readonly name: OptionName;
  /** The name of the option without the dashes, such as `prune-mb`. */
  readonly flag: string;
  readonly kind: 'flag' | 'text' | 'path' | 'number' | 'list';
  /** Placeholder of the value; '' for a flag. */
  readonly value: string;
  readonly description: string;
  /** Description of `--no-FLAG`, if it exists: it means an empty list, or `false`. */
  readonly without?: string;
  readonly fallback?: unknown;
  readonly range?: { readonly least: number; readonly most: number };
}

interface Meta extends Partial<OptionForm> {
  readonly path?: true;
}

/** All options in the order of the schema. */
export const OPTION_FORMS: readonly OptionForm[] = (Object.keys(NODE_OPTIONS.shape) as OptionName[]).map(
  formOf,
);

function formOf(name: OptionName): OptionForm {
  const field: z.ZodType = NODE_OPTIONS.shape[name];
  const { description = '', value = '', without, path } = (field.meta() ?? {}) as Meta;
  const fallback: unknown = field.safeParse(undefined).data;
  const inner = unwrap(field);
  const shared = {
    name,
    flag: name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    description,
    value,
    ...(without === undefined ? {} : { without }),
    ...(fallback === undefined ? {} : { fallback }),
  };
  if (inner instanceof z.ZodBoolean) return { ...shared, kind: 'flag' };
  if (inner instanceof z.ZodArray) return { ...shared, kind: 'list' };
  if (!(inner instanceof z.ZodNumber)) return { ...shared, kind: path === true ? 'path' : 'text' };
  return { ...shared, kind: 'number', range: { least: inner.minValue!, most: inner.maxValue! } };
}

function unwrap(type: z.ZodType): z.ZodType {
  return type instanceof z.ZodOptional || type instanceof z.ZodDefault
    ? unwrap(type.unwrap() as z.ZodType)
    : type;
}
