import { KithError, messageOf } from '../lib/errors.ts';
import { readRegularFileSync } from '../lib/read-regular.ts';
import { type AsnMap, MOST_ASN_MAP_BYTES, openAsnMap } from '../net/geo/asn-map.ts';

/**
 * The ASN map of the file that the user named. A map that cannot be used ends the start: the user relies on it to
 * keep attackers with many prefixes from surrounding the node.
 * @throws {KithError} `asmap-unreadable`, `asmap-invalid`.
 */
export function readAsnMap(file: string): AsnMap {
  const map = openAsnMap(readBytes(file));
  if (map === null) throw new KithError('asmap-invalid', file, { data: { file } });
  return map;
}

function readBytes(file: string): Uint8Array {
  try {
    return readRegularFileSync(file, MOST_ASN_MAP_BYTES);
  } catch (error) {
    throw new KithError('asmap-unreadable', messageOf(error), { cause: error, data: { file } });
  }
}
