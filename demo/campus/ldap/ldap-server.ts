import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Fault } from '#demo/campus/faults.ts'
import { listen } from '#demo/campus/listen.ts'
import type { CampusWorld } from '#demo/campus/system.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { find, PEOPLE_BASE } from './entries.ts'
import { type Entry, valuesOf } from './filter.ts'
import { entryMessage, type LdapRequest, RESULT, readMessage, resultMessage } from './ldap-messages.ts'

type Search = Extract<LdapRequest, { kind: 'search' }>
type Directory = Pick<CampusWorld, 'people' | 'credentials' | 'control'>

interface LdapServer {
  url: string
  close(): Promise<void>
}

/** The directory over LDAP, or LDAPS with a key: simple bind, search, paged results, size limits, result codes. */
export async function startLdapServer(directory: Directory, { tls }: { tls?: { key: string; cert: string } } = {}): Promise<LdapServer> {
  const accept = (socket: Socket): void => {
    socket.on('error', () => {})
    new Session(directory, socket).listen()
  }
  const server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept)
  server.on('tlsClientError', () => {})
  const { port, close } = await listen(server)
  return { url: `${tls === undefined ? 'ldap' : 'ldaps'}://127.0.0.1:${port}`, close }
}

/** One client's connection; its fault begins with its bind. */
class Session {
  readonly #directory: Directory
  readonly #socket: Socket
  #buffer: Buffer = Buffer.alloc(0)
  #isBound = false
  #fault: Fault | undefined
  #working: Promise<void> = Promise.resolve()

  constructor(directory: Directory, socket: Socket) {
    this.#directory = directory
    this.#socket = socket
  }

  listen(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk])
      this.#working = this.#working.then(() => this.#takeAll()).catch(() => void this.#socket.destroy())
    })
  }

  async #takeAll(): Promise<void> {
    for (;;) {
      const message = readMessage(this.#buffer)
      if (message === null) return
      this.#buffer = this.#buffer.subarray(message.bytes)
      await this.#answer(message.request)
    }
  }

  async #answer(request: LdapRequest): Promise<void> {
    if (request.kind === 'bind') return this.#bind(request)
    if (request.kind === 'search') return this.#search(request)
    if (request.kind === 'unbind') this.#socket.end()
    else if (request.kind === 'other') this.#socket.write(resultMessage(request.id, 0x78, RESULT.unwilling, 'not supported'))
  }

  #bind({ id, name, password }: Extract<LdapRequest, { kind: 'bind' }>): void {
    const { control, credentials } = this.#directory
    control.count('ldap')
    this.#fault = control.faults.take('ldap')
    if (this.#fault?.kind === 'down') return void this.#socket.destroy()
    this.#isBound =
      this.#fault?.kind !== 'unauthorized' &&
      name.toLowerCase() === credentials.bindDn.toLowerCase() &&
      password === credentials.bindPassword
    this.#socket.write(
      this.#isBound
        ? resultMessage(id, 0x61, RESULT.success)
        : resultMessage(id, 0x61, RESULT.invalidCredentials, `${name} could not be authenticated`),
    )
  }

  async #search(search: Search): Promise<void> {
    if (this.#fault?.kind === 'slow-answer') await systemClock.sleep(this.#fault.delayMs)
    const refusal = this.#refusalOf(search)
    if (refusal !== null) this.#done(search.id, ...refusal)
    else if (search.base === '') this.#rootEntry(search.id)
    else this.#sendFound(search)
  }

  #refusalOf(search: Search): [code: number, words: string] | null {
    const kind = this.#fault?.kind
    if (!this.#isBound || kind === 'error-in-200') return [RESULT.insufficientAccess, 'no access']
    if (kind === 'redirect-elsewhere') return [RESULT.referral, 'ldap://elsewhere.invalid/']
    if (kind === 'no-paging' && search.page !== null) return [RESULT.criticalExtension, 'no paged results here']
    const isKnown = search.base.toLowerCase() === PEOPLE_BASE || (search.base === '' && search.scope === 0)
    return isKnown ? null : [RESULT.noSuchObject, 'no such object']
  }

  #sendFound(search: Search): void {
    const kind = this.#fault?.kind
    const found = kind === 'empty-answer' ? [] : find(this.#directory.people, search.filter)
    // A page without entries need not be the last one, and some clients take it for that.
    if (kind === 'ends-early' && search.page !== null) return void this.#done(search.id, RESULT.success, '', 'from:0')
    const { from, to, code } = windowOf(search, found.length, kind === 'size-limit')
    for (const entry of found.slice(from, to)) {
      this.#socket.write(entryMessage(search.id, show(entry, search.attributes)))
      if (kind === 'cut-body') return void this.#socket.destroy()
    }
    const next = to < found.length && code === RESULT.success ? `from:${to}` : ''
    this.#done(search.id, code, code === RESULT.success ? '' : 'size limit exceeded', search.page === null ? undefined : next)
  }

  #done(id: number, code: number, words: string, cookie?: string): void {
    this.#socket.write(resultMessage(id, 0x65, code, words, cookie))
  }

  #rootEntry(id: number): void {
    const attributes = { namingContexts: ['o=campus'], supportedLDAPVersion: ['3'], vendorName: ['Pretend Campus'] }
    this.#socket.write(entryMessage(id, { dn: '', attributes }))
    this.#socket.write(resultMessage(id, 0x65, RESULT.success))
  }
}

/** The entries of this answer. A size limit counts over all pages of a search. */
function windowOf({ page, sizeLimit }: Search, found: number, isLimited: boolean): { from: number; to: number; code: number } {
  const serverLimit = isLimited ? Math.ceil(found / 2) : found
  const most = Math.min(serverLimit, sizeLimit === 0 ? found : sizeLimit)
  const from = Number(/^from:(\d+)$/.exec(page?.cookie ?? '')?.[1] ?? 0)
  const wanted = page === null ? found : from + page.size
  const to = Math.min(found, wanted, most)
  const isExceeded = most < found && to === most && wanted > most
  return { from, to, code: isExceeded ? RESULT.sizeLimitExceeded : RESULT.success }
}

function show(entry: Entry, attributes: readonly string[]): Entry {
  if (attributes.length === 0 || attributes.includes('*')) return entry
  const chosen = attributes.map((name) => [name, valuesOf(entry, name)] as const).filter(([, values]) => values.length > 0)
  return { dn: entry.dn, attributes: Object.fromEntries(chosen) }
}
