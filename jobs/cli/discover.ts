import { realpath, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { type OpenConnection, openWritten } from '#jobs/worker/connections.ts'
import { loadConnectors, loadExtensions } from '#jobs/worker/load-extensions.ts'
import type { Catalogue } from '#lib/catalogue/catalogue.ts'
import { parseCatalogueText } from '#lib/catalogue/parse/catalogue-file.ts'
import { childOf, entriesOf } from '#lib/catalogue/parse/node.ts'
import { isWritable, type ProposalInput, proposeCatalogue } from '#lib/catalogue/propose/proposal.ts'
import { toKey } from '#lib/catalogue/propose/proposal-groups.ts'
import { loadCatalogue } from '#lib/commands/catalogue/load-catalogue.ts'
import { readCatalogueTexts } from '#lib/commands/catalogue/read-catalogue.ts'
import { discoverByHand } from '#lib/commands/discovery/discover-by-hand.ts'
import type { Connector, Found } from '#lib/connectors/kit/connector.ts'
import { closeSession } from '#lib/connectors/kit/session.ts'
import { LeftOut } from '#lib/domain/connections/whole-discovery.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import { requireExtension } from '#lib/platform/load-folder.ts'
import { withDatabase, workerLookup } from './databases.ts'
import { type CommandLine, defineVerb, problemsInWords, readArguments } from './verb.ts'

interface Target {
  /** Secrets resolved; never written anywhere. */
  open: OpenConnection
  zone: string
  page: ProposalInput['page']
  connection: ProposalInput['connection']
  existing: ProposalInput['existing']
}

/** The same in every proposal, so that two of them can stand in one folder. */
const PAGE_NAME = 'Data status'

/** The kind is the address's scheme or its beginning: `postgresql://` is `postgres`. */
function connectorFor(scheme: string, connectors: ReadonlyMap<string, Connector>): Connector {
  const kind = [...connectors.keys()].find((name) => scheme === name || scheme.startsWith(name))
  return requireExtension(connectors, kind ?? scheme, 'connector')
}

/** Keys for a database, best first: its name, host and name, numbered. */
function connectionKey(url: URL, taken: ReadonlySet<string>): string {
  const name = toKey(decodeURIComponent(url.pathname.slice(1)), toKey(url.hostname, 'database'))
  const candidates = [name, toKey(`${url.hostname.split('.')[0]}-${name}`, name)]
  for (let i = 2; ; i++) {
    const free = candidates.find((key) => !taken.has(key))
    if (free !== undefined) return free
    candidates.push(`${name}-${i}`)
  }
}

async function targetAt(address: string, out: string | undefined, command: CommandLine): Promise<Target> {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null)
    throw new TidemarkError('invalid', { publicMessage: 'This is not an address such as postgres://user:password@host:5432/database.' })
  const connectors = await loadConnectors()
  const { kind } = connectorFor(url.protocol.slice(0, -1), connectors)
  const beside = out === undefined ? NOTHING_BESIDE : await readBeside(out, command.environment().config ?? null)
  const key = connectionKey(url, beside.connections)
  const variable = `${key.replaceAll('-', '_').toUpperCase()}_URL`
  const zone = beside.catalogue?.page.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const note = `Put the address with its password into .env: ${variable}=${url.protocol}//…`
  return {
    open: openWritten({ ...command, connectors, lookup: () => undefined }, key, { kind, settings: { url: address } }, command.signal),
    zone,
    page: beside.catalogue === null ? { name: PAGE_NAME, zone } : null,
    connection: { key, kind, settings: { url: `\${${variable}}` }, note },
    existing: beside.catalogue === null ? undefined : keysOf(beside.catalogue),
  }
}

async function requireCatalogue(path: string): Promise<Catalogue> {
  const loaded = await loadCatalogue(path, await loadExtensions())
  if (loaded.ok) return loaded.catalogue
  throw new TidemarkError('invalid', { publicMessage: problemsInWords(loaded.problems) })
}

async function targetNamed(key: string, command: CommandLine): Promise<Target> {
  const catalogue = await requireCatalogue(command.environment().config ?? 'tidemark.yaml')
  const named = new Map(catalogue.connections.map((connection) => [connection.key, connection]))
  const connection = requireExtension(named, key, 'connection')
  const tools = { ...command, connectors: await loadConnectors(), lookup: await workerLookup(command) }
  return {
    open: openWritten(tools, key, connection, command.signal),
    zone: catalogue.page.zone,
    page: null,
    connection: { key, kind: connection.kind, settings: null, note: null },
    existing: keysOf(catalogue),
  }
}

async function* discover({ open: { connector, connection }, zone }: Target): AsyncGenerator<Found> {
  const session = await connector.open(connection)
  try {
    if (session.discover === undefined) {
      throw new TidemarkError('refused', {
        publicMessage: `A connection of kind "${connector.kind}" cannot tell what there is: its assets are written by hand.`,
      })
    }
    yield* session.discover(zone)
  } finally {
    await closeSession(session, connection)
  }
}

/** All that there is; where some of it cannot be read, the rest of it, and the problem in words. */
async function findAll(target: Target): Promise<{ found: Found[]; problem: string | null }> {
  const found: Found[] = []
  try {
    for await (const one of discover(target)) found.push(one)
    return { found, problem: null }
  } catch (error) {
    if (!(error instanceof LeftOut) || found.length === 0) throw error
    return { found, problem: error.publicMessage }
  }
}

function inShort(found: readonly Found[], { connection: { key, note }, existing }: Target, out: string): string {
  const usable = found.filter((one) => isWritable(key, one))
  const added = usable.filter((one) => existing?.assets.has(`${key}/${one.path}`) !== true)
  const known = usable.length - added.length
  const odd = found.length - usable.length
  const leftOut = odd === 0 ? '' : ` Left out: ${odd}, named with the reason at the head of the file.`
  const watched = known === 0 ? '' : ` ${known} are watched already.`
  const refused = found.filter((one) => one.isReadable === false).length
  const rights = refused === 0 ? '' : ` ${refused} of ${found.length} may not be read by this account: what to grant stands above each.`
  return `${added.length} assets proposed in ${out}.${watched}${leftOut}${rights}${note === null ? '' : ` ${note}`}`
}

/** Keeps what is there for the rules of `adopt`, and says what that came to. */
async function keep(target: Target, mayShrink: boolean, command: CommandLine): Promise<number> {
  const connection = target.connection.key
  const kept = await withDatabase(command, (ctx) => discoverByHand(ctx, { connection, mayShrink }, discover(target)))
  const { found, changed, gone, problem } = kept
  command.terminal.print(`${formatCount(found)} found in ${connection}: ${formatCount(changed)} new or changed, ${formatCount(gone)} gone.`)
  if (problem !== null) command.terminal.note(problem)
  return problem === null ? 0 : 1
}

export default defineVerb({
  usage: '<connection or address> [--out file] [--force] | <connection> --keep [--fewer]',
  summary: 'Look into a database and propose a catalogue for it.',
  details:
    'The address is one such as postgres://user:password@host:5432/database; a name is a connection of the catalogue\n(TIDEMARK_CONFIG or ./tidemark.yaml): then only what it does not watch yet is proposed.\nNothing is written into the database. --force overwrites the file.\n--keep: keep what is there for the rules of "adopt" instead, as the worker does once a day; what is not seen any more is gone.\n--fewer: believe it also when it is far less than before.',
  async run(args, command) {
    const flags = { out: { type: 'string' }, force: { type: 'boolean' }, keep: { type: 'boolean' }, fewer: { type: 'boolean' } } as const
    const { values, positionals } = readArguments(args, flags, { least: 1, most: 1 })
    const wanted = positionals[0] ?? ''
    const isAddress = wanted.includes('://')
    if (isAddress && values.keep === true)
      throw new TidemarkError('invalid', {
        publicMessage: 'Only of a connection of the catalogue what it holds is kept: name it instead of an address.',
      })
    const target = isAddress ? await targetAt(wanted, values.out, command) : await targetNamed(wanted, command)
    if (values.keep === true) return keep(target, values.fewer === true, command)
    const { found, problem } = await findAll(target)
    if (problem !== null) command.terminal.note(problem)
    const { open, connection, page, existing } = target
    const text = proposeCatalogue({
      page,
      connection,
      assetKind: open.connector.assetKind,
      found,
      prefixed: true,
      ...(existing === undefined ? {} : { existing }),
    })
    if (values.out === undefined) {
      command.terminal.print(text.trimEnd())
      return problem === null ? 0 : 1
    }
    await save(values.out, text, values.force === true)
    command.terminal.note(inShort(found, target, values.out))
    return problem === null ? 0 : 1
  },
})

async function save(path: string, text: string, overwrite: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: overwrite ? 'w' : 'wx' })
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
    const publicMessage = exists ? `${path} exists already. Name another file, or add --force.` : `${path} cannot be written.`
    throw new TidemarkError('conflict', { publicMessage, cause })
  }
}

interface Beside {
  connections: ReadonlySet<string>
  catalogue: Catalogue | null
}

const NOTHING_BESIDE: Beside = { connections: new Set(), catalogue: null }

export function keysOf(catalogue: Catalogue): NonNullable<ProposalInput['existing']> {
  return {
    groups: new Set(catalogue.groups.map((group) => group.key)),
    feeds: new Set(catalogue.feeds.map((feed) => feed.key)),
    assets: new Set(catalogue.assets.map((asset) => asset.key)),
  }
}

async function isSamePlace(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map((path) => realpath(path).catch(() => null)))
  return one !== null && one === other
}

/** Reads what a proposal written to `out` will stand beside; unreadable files are ignored. */
async function readBeside(out: string, config: string | null): Promise<Beside> {
  const folder = dirname(out)
  const read = await readCatalogueTexts(folder)
  const others = read.ok ? read.texts.filter(({ file }) => file !== basename(out)) : []
  const connections = others.flatMap((text) => entriesOf(childOf(parseCatalogueText(text).root ?? undefined, 'connections')))
  const loaded = config !== null && (await isSamePlace(folder, config)) ? await loadCatalogue(config, await loadExtensions()) : null
  return { connections: new Set(connections.map(([key]) => key)), catalogue: loaded?.ok === true ? loaded.catalogue : null }
}
