/** Where the next page is, or why it is not asked for. */
export type NextAddress = { ok: true; url: URL } | { ok: false; because: string }

/**
 * The address that an answer gives for its next page, on the origin that was asked: credentials stay there. A server behind another
 * one often does not know its own scheme, so the same host with the other one means the same place.
 */
export function nextAddress(asked: URL, target: URL): NextAddress {
  if (!/^https?:$/.test(target.protocol))
    return { ok: false, because: 'what stands in place of its next page is not an address of the web' }
  if (target.hostname !== asked.hostname)
    return { ok: false, because: 'its next page is on another host, and credentials stay with their host' }
  const isOtherScheme = target.protocol !== asked.protocol && (target.port === asked.port || target.port === '')
  if (target.port !== asked.port && !isOtherScheme)
    return { ok: false, because: 'its next page is on another port of its host, and credentials stay with their port' }
  return { ok: true, url: new URL(`${target.pathname}${target.search}`, asked.origin) }
}
