/** Where clouds tell a machine its credentials, by names and addresses; what is link-local, and what means the machine by no address at all. */
const NAMES = /^metadata(?:\.google\.internal|\.goog)?$/i
const IPV4 = /^(?:0\.|169\.254\.|100\.100\.100\.200$|168\.63\.129\.16$)/
const IPV6 = /^(?:::$|fe[89ab][0-9a-f]:|fd00:ec2:|fd00:c1::a9fe:a9fe$|fd20:ce::254$|fd00:42::42$)/
/** Addresses of IPv6 that stand for one of IPv4: mapped, compatible, translated, 6to4. */
const EMBEDDED = /^(?:(?:::|::ffff:|::ffff:0:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$|2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):)/

/** Whether a host, by its name or its address in any spelling, is among a machine's own surroundings, where nothing that stands in a catalogue leads. */
export function isOwnSurroundings(host: string): boolean {
  const bare = host.replace(/^\[|\]$|%.*$|\.$/g, '')
  if (bare.includes(':')) return isOwnIpv6(bare)
  const spelt = URL.canParse(`http://${bare}`) ? new URL(`http://${bare}`).hostname : bare
  return NAMES.test(spelt) || (/^[\d.]+$/.test(spelt) && IPV4.test(spelt))
}

function isOwnIpv6(address: string): boolean {
  if (!URL.canParse(`http://[${address}]`)) return false
  const spelt = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const halves = EMBEDDED.exec(spelt)
    ?.slice(1)
    .filter((half) => half !== undefined)
  return IPV6.test(spelt) || (halves !== undefined && IPV4.test(dotted(halves)))
}

function dotted(halves: readonly string[]): string {
  const numbers = halves.map((half) => Number.parseInt(half, 16))
  return numbers.flatMap((number) => [number >> 8, number & 255]).join('.')
}
