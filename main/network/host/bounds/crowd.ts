import type { MultiaddrConnection } from '@libp2p/interface';

/** Counts the connections from each host from their first byte on: many that come at once are counted, too. */
export interface Crowd {
  /** False when the host has its share already. */
  enter(host: string, connection: MultiaddrConnection): boolean;
}

export function createCrowd(most: number): Crowd {
  const counts = new Map<string, number>();
  return {
    enter(host, connection) {
      const count = (counts.get(host) ?? 0) + 1;
      if (count > most) return false;
      counts.set(host, count);
      const leave = () => {
        const left = (counts.get(host) ?? 1) - 1;
        if (left > 0) counts.set(host, left);
        else counts.delete(host);
      };
      connection.addEventListener('close', leave, { once: true });
      return true;
    },
  };
}
