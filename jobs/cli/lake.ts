import { specOf } from '#jobs/declared-flows/load-flow.ts'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { lakeTableOf } from '#lib/catalogue/schema/declared-flow.ts'
import { type CatalogueDocument, catalogueDocumentSchema } from '#lib/catalogue/schema/document.ts'
import { loadCatalogue } from '#lib/commands/catalogue/load-catalogue.ts'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import { pathOf } from '#lib/domain/lineage/asset-key.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { LoadSpec } from '#lib/engine/lake/load-spec.ts'
import { type LakeToPrepare, prepareLake } from '#lib/engine/lake/prepare/prepare-lake.ts'
import type { LakeRole } from '#lib/engine/lake/prepare/prepare-roles.ts'
import type { PrepareStep } from '#lib/engine/lake/prepare/prepare-step.ts'
import { resolveSecret } from '#lib/platform/secrets/secrets.ts'
import { withDatabaseIfAny, workerLookup } from './databases.ts'
import { type CommandLine, defineVerb, problemsInWords, readArguments } from './verb.ts'

/** As written in TIDEMARK_CONFIG; else the one in force in Tidemark's own database; null: there is none yet, or no such database to ask. */
async function readDocument(command: CommandLine): Promise<CatalogueDocument | null> {
  const { config } = command.environment()
  if (config === undefined) {
    const found = await withDatabaseIfAny(command, (ctx) => ctx.pool.query<{ document: unknown }>(`select document from ${IN_FORCE} v`))
    const [stored] = found?.rows ?? []
    if (stored === undefined) return null
    const parsed = catalogueDocumentSchema.safeParse(stored.document)
    if (!parsed.success) throw new TidemarkError('invalid', { publicMessage: OF_ANOTHER_VERSION, cause: parsed.error })
    return parsed.data
  }
  const loaded = await loadCatalogue(config, await loadExtensions())
  if (!loaded.ok) throw new TidemarkError('invalid', { publicMessage: problemsInWords(loaded.problems) })
  return catalogueDocumentSchema.parse(loaded.document)
}

const OF_ANOTHER_VERSION =
  'The catalogue in force was accepted by another version of Tidemark and cannot be read by this one. Load it again, or set TIDEMARK_CONFIG to it.'
const NO_CATALOGUE =
  'There is no catalogue to go by: no tables of flows and no accounts were prepared. Set TIDEMARK_CONFIG, or DATABASE_URL to where one is in force.'

function tablesOf({ flows, page }: CatalogueDocument): LoadSpec[] {
  return Object.values(flows).flatMap((flow) => (flow?.load === undefined ? [] : [specOf(flow, flow.load, {}, flow.timezone ?? page.zone)]))
}

function landingTablesOf({ flows }: CatalogueDocument): string[] {
  return Object.values(flows).flatMap((flow) => {
    const into = flow?.land?.into
    return into !== undefined && lakeTableOf(into) !== null ? [pathOf(into)] : []
  })
}

async function rolesOf(document: CatalogueDocument, command: CommandLine): Promise<LakeRole[]> {
  const lookup = await workerLookup(command)
  return Object.entries(document.lake?.roles ?? {}).map(([name, { password, reads }]) => ({
    name,
    password: resolveSecret(password, lookup),
    reads,
  }))
}

const HEAD = ['what', 'name', 'it was', 'took', 'tried']
const WAS: Record<PrepareStep['outcome'], string> = { made: 'made', there: 'there', later: 'to come', failed: 'FAILED' }

function rowOf({ kind, name, outcome, tookMs, said }: PrepareStep): string[] {
  return [kind, name, WAS[outcome], `${tookMs} ms`, said]
}

/** Columns one below the other; the last is as long as it is. */
function inColumns(rows: readonly string[][]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => row.map((cell, column) => (column === HEAD.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '))
}

/** How many there are of each, in words: what is to come only where something is. */
function countsOf(steps: readonly PrepareStep[], tookMs: number): string {
  const count = (wanted: PrepareStep['outcome']) => steps.filter(({ outcome }) => outcome === wanted).length
  const later = count('later') === 0 ? [] : [`${count('later')} to come`]
  const counts = [`${count('made')} made`, `${count('there')} there already`, ...later, `${count('failed')} failed`]
  return `${counts.join(', ')}, in ${(tookMs / 1000).toFixed(1)} s.`
}

async function toPrepare(command: CommandLine): Promise<Pick<LakeToPrepare, 'tables' | 'landingTables' | 'roles'>> {
  const document = await readDocument(command)
  if (document !== null)
    return { tables: tablesOf(document), landingTables: landingTablesOf(document), roles: await rolesOf(document, command) }
  command.terminal.note(NO_CATALOGUE)
  return { tables: [], landingTables: [], roles: [] }
}

async function prepare(command: CommandLine, isJson: boolean): Promise<number> {
  const { terminal, clock, environment } = command
  const url = (await workerLookup(command))('LAKE_DATABASE_URL')
  if (url === undefined)
    throw new TidemarkError('invalid', {
      publicMessage: 'There is no lake to prepare: set LAKE_DATABASE_URL, or start the embedded server.',
    })
  const wanted = await toPrepare(command)
  const since = clock.now()
  const steps: PrepareStep[] = []
  for await (const step of prepareLake({ url, adminUrl: environment().lakeAdminUrl, clock, ...wanted })) {
    steps.push(step)
    if (!isJson) terminal.note(`${step.kind} ${step.name}: ${WAS[step.outcome]}`)
  }
  const tookMs = clock.now() - since
  const ok = steps.every(({ outcome }) => outcome !== 'failed')
  if (isJson) terminal.print(JSON.stringify({ ok, tookMs, steps }, null, 2))
  else for (const line of [...inColumns([HEAD, ...steps.map(rowOf)]), `\n${countsOf(steps, tookMs)}`]) terminal.print(line)
  return ok ? 0 : 1
}

export default defineVerb({
  usage: 'prepare [--json]',
  summary: 'Make what the lake lacks on its server, and try each of it.',
  details:
    'Makes the database of LAKE_DATABASE_URL, its schemas, tables and functions, the tables of flows without code, and the accounts of\n"lake: roles:" with their rights, and tries each, by signing in as it. What is there stays; nothing is dropped. On a server that does not\nknow the account of LAKE_DATABASE_URL yet, set LAKE_ADMIN_URL to one that may make accounts and databases. Exit code 1 when something failed.',
  async run(args, command) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } }, { least: 1, most: 1 })
    if (positionals[0] !== 'prepare')
      throw new TidemarkError('invalid', {
        publicMessage: `"${positionals[0]}" is nothing that can be done with the lake. Write "lake prepare".`,
      })
    return prepare(command, values.json === true)
  },
})
