import { createHash, timingSafeEqual } from 'node:crypto'
import { readEnvironment } from '#lib/platform/env.ts'
import { webProcess } from './web-process.ts'

/** Whether this process (or whoever knows TIDEMARK_SECRET) asks. */
export function isOwnCall(headers: Pick<Headers, 'get'>): boolean {
  return sameText(headers.get('authorization') ?? '', `Bearer ${webProcess().internalKey}`)
}

/** What this process signs its calls to itself with. */
export function ownHeaders(): { authorization: string } {
  return { authorization: `Bearer ${webProcess().internalKey}` }
}

/** Where this process can be reached from within: the address it was told to listen on, or loopback. */
export function ownAddress(): string {
  const { host, port } = readEnvironment()
  const reachable = host === undefined || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `${addressAt(reachable)}:${port}`
}

/** The addresses that settings of this process give the page. */
export function givenAddresses(): string[] {
  const { publicUrl, host } = readEnvironment()
  return [publicUrl ?? [], host === undefined ? [] : addressAt(host)].flat()
}

function addressAt(host: string): string {
  return `http://${host.includes(':') ? `[${host}]` : host}`
}

function sameText(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
