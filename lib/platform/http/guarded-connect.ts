import dns, { type LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import { isOwnSurroundings } from '#lib/domain/connections/own-surroundings.ts'
import { OWN_SURROUNDINGS } from './errors.ts'

class OwnSurroundingsError extends Error {
  readonly code = OWN_SURROUNDINGS

  constructor(host: string) {
    super(`${host} leads to the machine's own surroundings`)
  }
}

/**
 * Looks a host up and gives what may be connected to: none of the machine's own surroundings. What is given is what is connected to, so that a name cannot
 * lead elsewhere between the check and the connection.
 */
export const guardedLookup: LookupFunction = (host, options, callback) => {
  dns.lookup(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error !== null) return callback(error, '')
    const allowed = found.filter(({ address }) => !isOwnSurroundings(address))
    const [first] = allowed
    // A machine of the own network may have a link-local address beside its other one.
    if (first === undefined) return callback(new OwnSurroundingsError(host), '')
    return options.all === true ? callback(null, allowed) : callback(null, first.address, first.family)
  })
}

/** How a connection is opened to what stands in a catalogue: every one is checked, whatever led to it, and never to the machine's own surroundings. */
export function guardedConnect(timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({ timeout: timeoutMs, rejectUnauthorized: true, lookup: guardedLookup })
  return (options, callback) => {
    if (isOwnSurroundings(options.hostname)) callback(new OwnSurroundingsError(options.hostname), null)
    else connect(options, callback)
  }
}
