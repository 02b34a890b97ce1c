import { readPeerAddress } from '../../shared/pasted.ts';
import { KithError } from '../lib/errors.ts';
import { parseAddress } from '../net/transport/multiaddrs.ts';

/** Converts addresses of peers in arguments to multiaddresses. @throws {KithError} `address-invalid`. */
export function readAddresses(texts: readonly string[]): readonly string[] {
  return texts.map((text) => {
    const address = readPeerAddress(text);
    if (parseAddress(address) === null)
      throw new KithError('address-invalid', text, { data: { address: text } });
    return address;
  });
}
