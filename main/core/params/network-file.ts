import type { ConsensusParams } from '../consensus/params.ts';
import { checkParams } from '../consensus/params.ts';
import { bitsToTarget } from '../consensus/compact.ts';
import { type Deployment } from '../consensus/deployments.ts';
import { toMotes } from '../../../shared/units.ts';
import { createNetworkOf, isNetworkName, type Network } from './network.ts';

/** Why a text is not a network that this program can join. `detail` describes the problem for the user. */
export interface NetworkFileProblem {
  readonly problem: 'network-file-invalid';
  readonly detail: string;
}

const FORMAT = 1;
const MAX_FILE_CHARACTERS = 64 * 1024;
const MAX_BOOTSTRAP = 64;

/** Deployments of created networks are constants of the software: start 0, no timeout (protocol.md §16). */
export const CREATED_NETWORK_DEPLOYMENTS: readonly Deployment[] = [
  { name: 'policy-lock', bit: 0, start: 0, timeout: null },
];

const NUMBERS = [
  'spacing',
  'halfLife',
  'futureLimit',
  'powLimit',
  'startBits',
  'powMemoryKiB',
  'maturity',
  'subsidy',
  'halving',
  'epoch',
  'delay',
  'snapshotWork',
  'bitsPeriod',
  'bitsThreshold',
] as const satisfies readonly (keyof ConsensusParams)[];

/**
 * Reads the file of a created network. Never throws: any text gives a network or a problem. Computes id and prefix
 * and compares them with the file. The caller must check the proof of work of genesis.
 */
export function readNetworkFile(text: string): Network | NetworkFileProblem {
  if (text.length > MAX_FILE_CHARACTERS) return invalid('it is too long');
  const file = parseObject(text);
  if (file === null) return invalid('it is not JSON');
  if (file['kith'] === undefined) return invalid('it is another kind of file');
  if (file['kith'] !== FORMAT)
    return invalid(`its format is ${JSON.stringify(file['kith'])}, and this program knows ${FORMAT}`);
  const { name, defaultPort, bootstrap, genesis } = file;
  if (typeof name !== 'string' || !isNetworkName(name))
    return invalid('its name is not 1 to 64 plain characters');
  if (!isWhole(defaultPort, 1, 65_535)) return invalid('its defaultPort is no port');
  if (!isAddressList(bootstrap))
    return invalid(`its bootstrap is no list of at most ${MAX_BOOTSTRAP} addresses`);
  const params = readParams(file['params']);
  if (typeof params === 'string') return invalid(params);
  const seed = readSeed(genesis);
  if (seed === null) return invalid('its genesis needs a time and a nonce');
  const facts = {
    defaultPort,
    bootstrap,
    deployments: CREATED_NETWORK_DEPLOYMENTS,
    founded: true,
    launched: true,
  };
  const network = createNetworkOf({ name, ...seed }, params, facts);
  return file['id'] === network.idHex
    ? network
    : invalid('its id does not follow from what it says: it was changed or damaged');
}

/** The file of a created network; two-space JSON with a line break at the end. */
export function writeNetworkFile({ name, defaultPort, bootstrap, params, genesis, idHex }: Network): string {
  const { time, nonce } = genesis.header;
  const file = { kith: FORMAT, name, id: idHex, defaultPort, bootstrap, params, genesis: { time, nonce } };
  return `${JSON.stringify(file, null, 2)}\n`;
}

export function isNetworkFileProblem(value: Network | NetworkFileProblem): value is NetworkFileProblem {
  return 'problem' in value;
}

function readParams(value: unknown): ConsensusParams | string {
  if (!isObject(value)) return 'it has no params';
  const numbers: Record<string, number> = {};
  for (const name of NUMBERS) {
    const number = value[name];
    if (!isWhole(number, 0, Number.MAX_SAFE_INTEGER)) return `its parameter ${name} is no whole number`;
    numbers[name] = number;
  }
  if (typeof value['retarget'] !== 'boolean') return 'its parameter retarget is neither true nor false';
  if (numbers['subsidy']! > 8.4e15) return 'its subsidy is more than all coins may be';
  const rest = numbers as unknown as Omit<ConsensusParams, 'retarget' | 'subsidy'>;
  const params = { ...rest, retarget: value['retarget'], subsidy: toMotes(numbers['subsidy']!) };
  return checkParams(params) ?? checkTargets(params) ?? params;
}

function checkTargets({ powLimit, startBits }: ConsensusParams): string | null {
  const [limit, start] = [bitsToTarget(powLimit), bitsToTarget(startBits)];
  if (limit === 0n || start === 0n) return 'its powLimit or startBits is no compact target';
  return start > limit ? 'its startBits are easier than its powLimit' : null;
}

function readSeed(value: unknown): { time: number; nonce: number } | null {
  if (!isObject(value)) return null;
  const { time, nonce } = value;
  return isWhole(time, 0, Number.MAX_SAFE_INTEGER) && isWhole(nonce, 0, 0xffff_ffff) ? { time, nonce } : null;
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isAddressList(value: unknown): value is string[] {
  return (
    Array.isArray(value) && value.length <= MAX_BOOTSTRAP && value.every((each) => typeof each === 'string')
  );
}

const invalid = (detail: string): NetworkFileProblem => ({ problem: 'network-file-invalid', detail });
