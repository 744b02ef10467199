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

/** Of IPv6: protocol assignments with Teredo, documentation, and 6to4, which reaches the IPv4 address it contains. */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** A list of networks in CIDR notation; a bare address is a network of one. Throws when one cannot be read. */
export class Networks {
  private readonly list = new BlockList();
  readonly isEmpty: boolean;

  constructor(networks: readonly string[]) {
    this.isEmpty = networks.length === 0;
    for (const text of networks) {
      const [address = '', prefix, ...rest] = text.split('/');
      const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
      const bits = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
      if (bits < 0 || bits > longest || rest.length > 0 || address.includes('%')) {
        throw new Error(`${text} is not a network such as 10.0.0.0/8`);
      }
      this.list.addSubnet(address, bits, familyOf(address));
    }
  }

  /** Also for IPv4 addresses in IPv6 notation. */
  has(address: string): boolean {
    return this.list.check(address, familyOf(address));
  }
}

const special = new Networks([...SPECIAL_V4, ...SPECIAL_V6]);
/** IPv6 is given out from here only: loopback, ULA, link-local, multicast, IPv4-mapped and NAT64 addresses are all outside. */
const globalV6 = new Networks(['2000::/3']);

/** Whether an IP address is of the internet, and not of this machine, its network, or nobody. */
export function isPublic(address: string): boolean {
  return !special.has(address) && (isIP(address) === 4 || globalV6.has(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
