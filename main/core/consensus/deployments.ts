import type { Height } from '../../../shared/units.ts';

/** A soft fork that miners switch on together by signalling one version bit (protocol 4). */
export interface Deployment {
  readonly name: 'policy-lock';
  /** 0 to 28. */
  readonly bit: number;
  readonly start: Height;
  /** The height at which it fails if it has not locked in; null = never. */
  readonly timeout: Height | null;
}
