import { sentenceFor } from '../../shared/errors.ts';
import { codeOf, type KithError } from '../lib/errors.ts';
import type { NodeConfig } from './node-config.ts';

/**
 * Where to listen instead when the address of the settings cannot be used: nowhere. Without a node the user could not change
 * it, but the defaults would open a node that was meant for this computer or a private network to all. An address that was
 * given at the start ends the start instead. Null for that, and for other failures.
 */
export function fallbackFor(
  { settings, log }: Pick<NodeConfig, 'settings' | 'log'>,
  error: unknown,
): readonly string[] | null {
  const code = codeOf(error);
  if ((code !== 'listen-in-use' && code !== 'listen-failed') || settings.sourceOf('listen') !== 'settings')
    return null;
  const message = sentenceFor('setting-listen-unusable', (error as KithError).data);
  settings.report({ code: 'setting-listen-unusable', message });
  log.warn('the listen address of the settings cannot be used; the node accepts no inbound connections', {
    error,
  });
  return [];
}
