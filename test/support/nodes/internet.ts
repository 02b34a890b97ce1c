import { createWorld, type World } from './namespaces.ts';

/** How a router translates what goes out. */
export type Translation = 'keeps-ports' | 'symmetric';

/** An internet of namespaces: a core that routes, computers at it, and homes behind routers that translate. */
export interface Internet {
  readonly world: World;
  /** A computer with an address of its own outside; gives its address. */
  host(name: string): Promise<string>;
  /** A computer behind a router of its own; gives the router's name and its address outside. */
  home(name: string, translation: Translation): Promise<{ router: string; outside: string }>;
  remove(): Promise<void>;
}

const CORE = 'core';
/** Where every home has its computer; the router has 192.168.1.1. */
export const AT_HOME = '192.168.1.2';

/**
 * Addresses are of a range that belongs to real machines, because nobody believes those of private and test ranges; no
 * route leads out of these namespaces.
 */
export async function createInternet(): Promise<Internet> {
  const world = createWorld();
  let subnets = 0;
  const route = (name: string) => world.run(name, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');

  /** Plugs something into the core; gives its address there. */
  async function plug(name: string): Promise<string> {
    const subnet = `44.${++subnets}.0`;
    await world.link(CORE, `${subnet}.1/24`, name, `${subnet}.2/24`);
    await world.run(name, 'ip', 'route', 'add', 'default', 'via', `${subnet}.1`);
    return `${subnet}.2`;
  }

  await world.add(CORE);
  await route(CORE);

  return {
    world,
    async host(name) {
      await world.add(name);
      return plug(name);
    },
    async home(name, translation) {
      const router = `${name}-router`;
      await world.add(router);
      await world.add(name);
      await route(router);
      const outside = await plug(router);
      await world.link(router, '192.168.1.1/24', name, `${AT_HOME}/24`);
      await world.run(name, 'ip', 'route', 'add', 'default', 'via', '192.168.1.1');
      await world.rules(router, routerRules(outside, translation === 'symmetric' ? ' fully-random' : ''));
      return { router, outside };
    },
    remove: world.remove,
  };
}

// What comes from outside without having been asked for is dropped in silence, as home routers do.
function routerRules(outside: string, how: string): string {
  return `
    table ip home {
      chain out {
        type nat hook postrouting priority 100;
        ip saddr 192.168.1.0/24 ip daddr != 192.168.1.0/24 masquerade${how};
      }
      chain in {
        type nat hook prerouting priority -100;
      }
      chain through {
        type filter hook forward priority 0; policy drop;
        ct state established,related accept;
        ct status dnat accept;
        ip saddr 192.168.1.0/24 accept;
      }
      chain self {
        type filter hook input priority 0; policy accept;
        ip daddr ${outside} ct state new drop;
        ip daddr ${outside} ct state invalid drop;
      }
    }`;
}
