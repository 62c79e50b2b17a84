import { isIPv6 } from 'node:net'

/** The two ends of the connection that a request came in on. */
export interface Ends {
  remoteAddress?: string | undefined
  localAddress?: string | undefined
}

/**
 * Whether the page answers to the name in a Host header: the loopback names for connections that come from loopback, the address the
 * connection came in on, and the hosts of `addresses`, whatever the port. A loopback name in `addresses` opens nothing to others.
 */
export function isKnownName(host: string, ends: Ends, addresses: readonly string[]): boolean {
  const name = nameIn(`http://${host}`)
  if (name === null) return false
  if (isLoopback(name)) return isLoopback(plainAddress(ends.remoteAddress))
  return name === plainAddress(ends.localAddress) || addresses.some((address) => nameIn(address) === name)
}

/** A Host header as RFC 9112 wants it: a name or address, perhaps a port, and nothing else. */
export function isHost(host: string): boolean {
  return /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{0,5})?$/i.test(host) && URL.canParse(`http://${host}`)
}

/** Whether a name or an address means this very machine. */
export function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name)
}

/** Whether others than this machine can come to a page that listens there: also by a proxy here, which an address of another name tells of. */
export function isForOthers(listensAt: string, publicUrl: string | undefined): boolean {
  const name = publicUrl === undefined ? null : nameIn(publicUrl)
  return !isLoopback(listensAt) || (name !== null && !isLoopback(name))
}

/** The host of an address, without brackets and the dot of the root; null where it has none. */
function nameIn(address: string): string | null {
  if (!URL.canParse(address)) return null
  const { hostname } = new URL(address)
  return hostname === '' ? null : plainAddress(hostname.replace(/^\[|\]$/g, '').replace(/\.$/, ''))
}

/** One spelling of an address: an IPv4 one that an IPv6 socket shows counts as what it is. */
export function plainAddress(address: string | undefined): string {
  const bare = (address ?? '').toLowerCase().replace(/%.*$/, '')
  const spelt = isIPv6(bare) ? new URL(`http://[${bare}]`).hostname.slice(1, -1) : bare
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(spelt)
  if (mapped === null) return spelt
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
