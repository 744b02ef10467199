import { BlockList, isIP } from 'node:net';

/** IPv4 that is not the public internet: private, shared, loopback, link-local, documentation, multicast, reserved (IANA's registry). */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];

/** IPv6 is given out from here only: loopback, ULA, link-local, multicast, IPv4-mapped and NAT64 addresses are all outside. */
const GLOBAL_V6 = ['2000::/3'];
/** Inside of it: protocol assignments with Teredo, documentation, and 6to4, which reaches the IPv4 address it contains. */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** Tells which addresses may be called: the public internet's, and those of `allowedNetworks` (CIDRs) (S-A2). */
export class AddressGuard {
  private readonly allowed: BlockList;
  private readonly special = blockList([...SPECIAL_V4, ...SPECIAL_V6]);
  private readonly globalV6 = blockList(GLOBAL_V6);
  /** Some network is allowed. */
  readonly allowsAny: boolean;

  /** Throws when a text is no network. */
  constructor(allowedNetworks: readonly string[]) {
    this.allowed = blockList(allowedNetworks);
    this.allowsAny = allowedNetworks.length > 0;
  }

  /** Whether it lies in a network that somebody allowed by name. */
  isAllowed(address: string): boolean {
    return this.allowed.check(address, familyOf(address));
  }

  mayCall(address: string): boolean {
    if (this.isAllowed(address)) return true;
    const family = familyOf(address);
    return !this.special.check(address, family) && (family === 'ipv4' || this.globalV6.check(address, family));
  }
}

/** The IP address that stands in a URL instead of a name, or null. The URL parser has normalised every way to write it. */
export function literalOf({ hostname }: URL): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? null : bare;
}

/** `10.0.0.0/8` or `fd00::/8`. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits && !address.includes('%');
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    if (!isNetwork(network)) throw new Error(`${network} is not a network such as 10.0.0.0/8.`);
    const [address = '', prefix] = network.split('/');
    list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
