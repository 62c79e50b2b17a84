import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { isLoopback, plainAddress } from './known-name.ts'

/** Of an IPv6 address that stands for an IPv4 one, what stands before that: `::ffff:`. */
const MAPPED_BITS = 96

/** Tells of an address whether a proxy is there: on this machine, or one of these addresses and networks. */
export function proxyFinder(proxies: readonly string[]): (address: string) => boolean {
  const networks = proxies.map(networkOf)
  return (address) => {
    if (isLoopback(address)) return true
    if (networks.length === 0 || !ipaddr.isValid(address)) return false
    const own = ipaddr.process(address)
    return networks.some(([network, bits]) => network.kind() === own.kind() && own.match(network, bits))
  }
}

/** An IPv4 network that is written as IPv6 shows it counts as what it is, as its addresses do. */
function networkOf(proxy: string): ReturnType<typeof ipaddr.parseCIDR> {
  const [network, bits] = ipaddr.parseCIDR(proxy.includes('/') ? proxy : `${proxy}/${proxy.includes(':') ? 128 : 32}`)
  const isMapped = network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && bits >= MAPPED_BITS
  return isMapped ? [network.toIPv4Address(), bits - MAPPED_BITS] : [network, bits]
}

/**
 * Where a request comes from: the other end of the connection, and where a proxy is there, whoever it names (`X-Forwarded-For`). Each adds the one before it at the end, so
 * what stands left of the first that is no proxy was written by somebody unknown.
 */
export function cameFrom(
  near: string | undefined,
  forwardedFor: string | string[] | undefined,
  isProxy: (address: string) => boolean,
): string {
  const told = String(forwardedFor ?? '').split(',')
  let found = plainAddress(near)
  while (told.length > 0 && isProxy(found)) {
    const before = told.pop()?.trim() ?? ''
    if (isIP(before) === 0) break
    found = plainAddress(before)
  }
  return found
}
