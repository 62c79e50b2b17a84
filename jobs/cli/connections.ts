import { checkConnection } from '#jobs/worker/check-connection.ts'
import { loadConnectors, loadExtensions } from '#jobs/worker/load-extensions.ts'
import type { CatalogueConnection } from '#lib/catalogue/catalogue.ts'
import { loadCatalogue } from '#lib/commands/catalogue/load-catalogue.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { localDay } from '#lib/domain/time/local-day.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { placeInWords } from '#lib/domain/wording/secret-words.ts'
import { requireExtension } from '#lib/platform/load-folder.ts'
import { type ConnectionView, getConnectionsPage } from '#lib/queries/pages/connections-page.ts'
import { withDatabase, workerSource } from './databases.ts'
import { type CommandLine, defineVerb, problemsInWords, readArguments } from './verb.ts'

const AT_ONCE = 4
/** A worker may have secrets that this process lacks: those of the demo, or of another machine. */
const ASK_A_WORKER = '"tidemark connections" tells what the workers know, and the button on the page lets one of them try.'

const STATES: Record<ConnectionView['health']['state'], string> = {
  working: 'works',
  failing: 'fails',
  checking: 'being checked',
  unseen: 'not seen yet',
}

const HOW = { rotated: 'replaced', changed: 'changed', seen: 'first seen' } as const

function ageInWords(age: NonNullable<ConnectionView['references'][number]['age']>, now: Instant, zone: string): string {
  const since = age.since === null ? [] : [`${HOW[age.since.how]} ${localDay(age.since.at, zone)} (${agoInWords(now - age.since.at)})`]
  if (age.end === null) return since.join(', ')
  const word =
    age.end.why === 'expiry' ? (age.state === 'over' ? 'EXPIRED' : 'expires') : age.state === 'over' ? 'TOO OLD since' : 'good until'
  return [...since, `${age.state === 'soon' ? 'SOON: ' : ''}${word} ${localDay(age.end.at, zone)}`].join(', ')
}

function agoInWords(ms: number): string {
  return ms < DAY_MS ? 'today' : `${formatDuration(ms, 1)} ago`
}

function connectionInWords(view: ConnectionView, now: Instant, zone: string): string[] {
  const { key, kind, health, checkDetail, references } = view
  const detail = health.problem ?? (health.state === 'working' ? checkDetail : null)
  const secrets = references
    .filter((reference) => reference.isSecret || reference.setIn === 'missing')
    .map(
      ({ name, setIn, age }) =>
        `    ${name}: ${[placeInWords(setIn), ...(age === null ? [] : [ageInWords(age, now, zone)])].filter(Boolean).join(', ')}`,
    )
  return [`${key} (${kind}): ${STATES[health.state]}${detail === null || detail === '' ? '' : `. ${detail}`}`, ...secrets]
}

function list(command: CommandLine): Promise<number> {
  return withDatabase(command, async (ctx) => {
    const found = await getConnectionsPage(ctx)
    if (found === null)
      throw new TidemarkError('not-found', { publicMessage: 'No catalogue has been accepted yet, so there are no connections.' })
    for (const view of found.connections)
      for (const line of connectionInWords(view, found.now, found.page.zone)) command.terminal.print(line)
    if (found.connections.length === 0) command.terminal.note('The catalogue names no connection.')
    return 0
  })
}

async function wantedConnections(key: string | undefined, command: CommandLine): Promise<CatalogueConnection[]> {
  const { config } = command.environment()
  const loaded = await loadCatalogue(config ?? 'tidemark.yaml', await loadExtensions())
  if (!loaded.ok) {
    const hint = config === undefined ? `\n${ASK_A_WORKER}` : ''
    throw new TidemarkError('invalid', { publicMessage: `${problemsInWords(loaded.problems)}${hint}` })
  }
  const { connections } = loaded.catalogue
  if (key === undefined) return connections
  return [requireExtension(new Map(connections.map((connection) => [connection.key, connection])), key, 'connection')]
}

async function check(key: string | undefined, command: CommandLine): Promise<number> {
  const { clock, log, signal, terminal } = command
  const waiting = await wantedConnections(key, command)
  const tools = { connectors: await loadConnectors(), clock, log, ...(await workerSource(command)) }
  let failed = 0
  const work = async () => {
    for (let connection = waiting.shift(); connection !== undefined; connection = waiting.shift()) {
      const { ok, detail } = await checkConnection(tools, connection.key, connection, signal)
      if (!ok) failed += 1
      terminal.print(`${connection.key}: ${ok ? 'works' : 'FAILS'}. ${detail}`.trim())
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const connections = failed === 1 ? 'connection does' : 'connections do'
  if (failed > 0) terminal.note(`${failed} ${connections} not let us in with the secrets that are set here. ${ASK_A_WORKER}`)
  return failed > 0 ? 1 : 0
}

export default defineVerb({
  usage: '[check [connection]]',
  summary: 'List the connections and the age of their secrets, or check them from here.',
  details:
    'Without more: what the workers know. "check" tries every connection of the catalogue (TIDEMARK_CONFIG or ./tidemark.yaml), or the\nnamed one, from this process with the secrets that are set here; no worker is needed. Exit code 1 when one does not let us in.',
  async run(args, command) {
    const { positionals } = readArguments(args, {}, { least: 0, most: 2 })
    const [what, key] = positionals
    if (what === undefined) return list(command)
    if (what === 'check') return check(key, command)
    throw new TidemarkError('invalid', {
      publicMessage: `"${what}" is nothing that can be done with connections. Write "connections check ${what}".`,
    })
  },
})
