import { BlockList, isIP } from 'node:net';

/** Not the internet: this machine, private and carrier networks, link-local (metadata services), multicast, reserved, NAT64. */
const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
];

/** A list of networks in CIDR notation; a bare address is a network of one. Throws when one cannot be read. */
export class Networks {
  private readonly list = new BlockList();

  constructor(networks: readonly string[]) {
    for (const text of networks) {
      const [address = '', prefix] = text.split('/');
      const version = isIP(address);
      const bits = prefix === undefined ? (version === 4 ? 32 : 128) : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
      if (version === 0 || bits < 0 || bits > (version === 4 ? 32 : 128)) throw new Error(`${text} is not a network`);
      this.list.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
    }
  }

  /** Also for IPv4 addresses in IPv6 notation. */
  has(address: string): boolean {
    return this.list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
}

const notPublic = new Networks(NOT_PUBLIC);

export function isPublic(address: string): boolean {
  return !notPublic.has(address);
}
