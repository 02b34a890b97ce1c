import type { NetworkReachability } from '../../shared/contract/network.ts';
import { plural } from './number.ts';

/** What came of one way in which other nodes could connect to this node. */
export interface ReachStep {
  readonly name: string;
  readonly outcome: 'worked' | 'failed' | 'unknown' | 'off';
  readonly sentence: string;
}

const OFF = {
  outcome: 'off',
  sentence: 'Not tried, because this node does not listen for other computers.',
} as const;

/** The ways in the order in which they help: a direct connection first, hole punching last. */
export function reachSteps(facts: NetworkReachability): readonly ReachStep[] {
  const isOff = facts.local || !facts.listening;
  const ways: readonly [string, (facts: NetworkReachability) => Omit<ReachStep, 'name'>][] = [
    ['Inbound connections', inboundStep],
    ['Port mapping (UPnP)', mappingStep],
    ['Dial-back by peers (AutoNAT)', dialBackStep],
    ['Relays', relayStep],
    ['Hole punching (DCUtR)', punchingStep],
  ];
  return ways.map(([name, step]) => ({ name, ...(isOff ? OFF : step(facts)) }));
}

const inboundStep = ({ inbound }: NetworkReachability) =>
  inbound > 0
    ? ({
        outcome: 'worked',
        sentence: `Measured: ${plural(inbound, 'peer')} connected from outside.`,
      } as const)
    : ({ outcome: 'unknown', sentence: 'No peer from outside is connected to this node now.' } as const);

const mappingStep = ({ mapped }: NetworkReachability) =>
  mapped
    ? ({ outcome: 'worked', sentence: 'The router reported that it forwards the port.' } as const)
    : ({
        outcome: 'unknown',
        sentence:
          'No router has reported a port mapping. It has no UPnP, or it is turned off there, or none is needed.',
      } as const);

function dialBackStep({ dialBacks: { succeeded, failed }, testers }: NetworkReachability) {
  if (succeeded + failed > 0)
    return {
      outcome: succeeded > 0 && succeeded >= failed ? 'worked' : 'failed',
      sentence: `Claimed by peers, counted once per network group: ${succeeded} could connect, ${failed} could not (last 15 minutes).`,
    } as const;
  if (testers === 0)
    return {
      outcome: 'unknown',
      sentence: 'No outbound peer outside the local network can be asked.',
    } as const;
  return { outcome: 'unknown', sentence: `No answer yet. ${plural(testers, 'peer')} can be asked.` } as const;
}

function relayStep({ relays, reachability }: NetworkReachability) {
  if (relays > 0)
    return {
      outcome: 'worked',
      sentence: `Connections are forwarded by ${plural(relays, 'relay')}.`,
    } as const;
  if (reachability === 'unreachable')
    return {
      outcome: 'unknown',
      sentence: 'No relay forwards connections yet. This node keeps asking its peers.',
    } as const;
  return {
    outcome: 'unknown',
    sentence: 'Not used: relays are asked only while other nodes cannot connect directly.',
  } as const;
}

function punchingStep({ holePunching: { succeeded, failed } }: NetworkReachability) {
  if (succeeded + failed === 0)
    return {
      outcome: 'unknown',
      sentence: 'Not tried yet: no relayed connection had to be replaced.',
    } as const;
  return {
    outcome: succeeded > 0 ? 'worked' : 'failed',
    sentence: `Measured since the start: ${succeeded} succeeded, ${failed} failed.`,
  } as const;
}
