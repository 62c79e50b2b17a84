import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { isLoopback, plainAddress } from './known-name.ts'

/**
 * Where a request comes from: the other end of the connection, and where a proxy is there, whoever it names (`X-Forwarded-For`). Each adds the one before it at the end, so
 * what stands left of the first that is no proxy was written by somebody unknown. Proxies are those of this machine and of `proxies`, addresses and networks.
 */
export function cameFrom(near: string | undefined, forwardedFor: string | string[] | undefined, proxies: readonly string[]): string {
  const told = String(forwardedFor ?? '').split(',')
  let found = plainAddress(near)
  while (told.length > 0 && isProxy(found, proxies)) {
    const before = told.pop()?.trim() ?? ''
    if (isIP(before) === 0) break
    found = plainAddress(before)
  }
  return found
}

function isProxy(address: string, proxies: readonly string[]): boolean {
  if (isLoopback(address)) return true
  if (proxies.length === 0 || !ipaddr.isValid(address)) return false
  const own = ipaddr.process(address)
  return proxies.some((proxy) => {
    const [network, bits] = ipaddr.parseCIDR(proxy.includes('/') ? proxy : `${proxy}/${proxy.includes(':') ? 128 : 32}`)
    return network.kind() === own.kind() && own.match(network, bits)
  })
}
