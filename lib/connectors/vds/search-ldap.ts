import type { ConnectionOptions } from 'node:tls'
import { Client, type Entry, ResultCodeError } from 'ldapts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { breaker, type Line, Lines } from '#lib/connectors/kit/lines.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { toNetworkError } from '#lib/platform/http/errors.ts'
import { codeError, type DirectoryEntry, renamed, truncated, type VdsRequest } from './search.ts'
import type { VdsSettings } from './settings.ts'

type Connected = Connection<VdsSettings>

/** Searches page by page. No size limit is sent: ldapts takes a server's stop at its own limit for ours and says nothing. */
export async function* searchLdap(
  connection: Connected,
  lines: Lines<LdapLine>,
  system: string,
  request: VdsRequest,
): AsyncGenerator<DirectoryEntry> {
  yield* lines.stream(connection.signal, async function* (line) {
    try {
      await line.bind(connection.signal)
      yield* searchPages(connection, line.client, system, request)
    } catch (error) {
      throw interpret(connection.signal, system, error, true)
    }
  })
}

async function* searchPages({ settings }: Connected, client: Client, system: string, request: VdsRequest): AsyncGenerator<DirectoryEntry> {
  const base = request.base ?? settings.base ?? ''
  const pages = client.searchPaginated(base, {
    filter: request.filter,
    scope: request.scope,
    attributes: [...(request.attributes ?? [])],
    paged: { pageSize: Math.min(settings.pageSize, request.sizeLimit ?? settings.pageSize) },
  })
  let entries = 0
  let isLastEmpty = false
  for await (const { searchEntries, searchReferences } of pages) {
    if (searchReferences.length > 0) throw truncated(system, 'a part of it stands on another server, and referrals are not followed')
    for (const entry of searchEntries) yield toEntry(entry, request.attributes)
    entries += searchEntries.length
    isLastEmpty = searchEntries.length === 0
  }
  if (isLastEmpty) await proveWhole(client, system, base, request, entries)
}

/** ldapts takes an empty page for the last one: the search without pages must then find no more. */
async function proveWhole(client: Client, system: string, base: string, request: VdsRequest, entries: number): Promise<void> {
  const { filter, scope } = request
  const { searchEntries } = await client.search(base, { filter, scope, attributes: ['1.1'] })
  if (searchEntries.length > entries) throw truncated(system, `there are ${searchEntries.length} entries and it gave ${entries}`)
}

/** Throws in words when the directory does not let us in. */
export async function bindLdap(connection: Connected, lines: Lines<LdapLine>): Promise<void> {
  await lines.use(connection.signal, (line) => line.bind(connection.signal))
}

export interface LdapLine extends Line {
  client: Client
  /** Once for each question: ldapts connects a line again that was cut, and nobody would then have signed in. */
  bind(signal: AbortSignal): Promise<void>
}

/** The connections of one session with a directory. */
export function openLines(connection: Connected, system: string): Lines<LdapLine> {
  return new Lines(connection, async () => ldapLine(connection.settings, system))
}

function ldapLine(settings: VdsSettings, system: string): LdapLine {
  const client = new Client({
    url: settings.url,
    timeout: settings.timeout,
    connectTimeout: Math.min(10_000, settings.timeout),
    strictDN: false,
    ...(settings.url.startsWith('ldaps:') ? { tlsOptions: tlsOf(settings) } : {}),
  })
  const leave = () => client.unbind().catch(() => {})
  const watch = breaker(() => void leave())
  return {
    client,
    watch,
    isOpen: () => client.isConnected,
    async bind(signal) {
      try {
        signal.throwIfAborted()
        await client.bind(settings.user ?? '', settings.password ?? '')
      } catch (error) {
        throw interpret(signal, system, error, false)
      }
    },
    async close() {
      watch(null)
      await leave()
    },
  }
}

// With tlsOptions, ldapts speaks TLS even to a plain address.
function tlsOf({ ca }: VdsSettings): ConnectionOptions {
  return { rejectUnauthorized: true, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) }
}

function toEntry({ dn, ...attributes }: Entry, wanted: readonly string[] | undefined): DirectoryEntry {
  const lists = Object.entries(attributes).flatMap(([name, value]) => {
    const values = (Array.isArray(value) ? value : [value]).map((one) => (typeof one === 'string' ? one : one.toString('base64')))
    // ldapts gives an empty list for an attribute that was asked for and is absent.
    return values.length === 0 ? [] : [[name, values] as const]
  })
  return { dn, attributes: renamed(Object.fromEntries(lists), wanted) }
}

function interpret(signal: AbortSignal, system: string, error: unknown, isAnswering: boolean): TidemarkError {
  if (error instanceof TidemarkError) return error
  if (signal.aborted) return new TidemarkError('cancelled', { publicMessage: `The request to ${system} was cancelled.` })
  if (error instanceof ResultCodeError) return codeError(system, error.code)
  const words = error instanceof Error ? error.message : ''
  if (/timed? ?out/i.test(words))
    return new TidemarkError('timeout', {
      publicMessage: `${system} did not answer in time.`,
      retryable: true,
      systemWide: !isAnswering,
    })
  if (/filter|paren|attribute name|Wildcard|escaped/i.test(words))
    return new TidemarkError('invalid', { publicMessage: `${system} cannot be asked: the filter is not an LDAP filter.` })
  return toNetworkError(system, error, isAnswering)
}
