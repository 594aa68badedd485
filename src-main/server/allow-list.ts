import { BlockList, isIP } from 'node:net';
import { SignetError } from '../../src-shared/base/error.ts';

/** Addresses that may connect: a list of single addresses and CIDR ranges, IPv4 and IPv6; loopback is always in. */
export class AllowList {
  readonly #list = new BlockList();
  readonly #all: boolean;

  /** `ranges` as typed: "10.1.2.0/24", "fe80::1". `everybody` = no list at all. Throws OPTION_INVALID for what is neither. */
  constructor(ranges: readonly string[], everybody = false) {
    this.#all = everybody;
    this.#list.addSubnet('127.0.0.0', 8, 'ipv4');
    this.#list.addAddress('::1', 'ipv6');
    for (const range of ranges) this.#add(range);
  }

  #add(range: string): void {
    const [address = '', bits, ...rest] = range.split('/');
    const version = isIP(address);
    const family = version === 4 ? 'ipv4' : 'ipv6';
    const limit = version === 4 ? 32 : 128;
    const length = bits === undefined ? limit : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (version === 0 || rest.length > 0 || length < 0 || length > limit) {
      throw new SignetError('OPTION_INVALID', `"${range}" is neither an address nor a range like 10.1.2.0/24.`, {
        range,
      });
    }
    this.#list.addSubnet(address, length, family);
  }

  /** Whether a peer may connect; IPv4 addresses that come mapped into IPv6 count as IPv4. */
  admits(address: string): boolean {
    if (this.#all) return true;
    const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
    const version = isIP(plain);
    return version !== 0 && this.#list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  }
}

/** Whether an address to listen on is this computer alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
