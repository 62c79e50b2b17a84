import { chance } from '#demo/chance.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { MODELS, type Model, PROJECT, SOURCES, sourceId } from './models.ts'
import { type JobRun, modelsOf } from './runs.ts'

type Json = Record<string, unknown>

const DATABASE = 'ANALYTICS'
const iso = (at: Instant) => new Date(at).toISOString()

function metadata(kind: string, version: number, at: Instant, more: Json = {}): Json {
  const invocation = `5a1e0000-0000-4000-8000-${at.toString(16).padStart(12, '0')}`
  const own = { dbt_schema_version: `https://schemas.getdbt.com/dbt/${kind}/v${version}.json`, dbt_version: '1.11.7', env: {} }
  return { ...own, generated_at: iso(at), invocation_id: invocation, ...more }
}

/** How dbt keeps it: what is cleaned is a view. */
function materialized({ name, folder }: Model): string {
  if (name.startsWith('stg_')) return 'view'
  return folder === 'marts' ? 'table' : 'incremental'
}

function modelNode(model: Model): Json {
  const { id, name, relation, folder } = model
  const [schema, alias] = relation.split('.')
  return {
    unique_id: id,
    resource_type: 'model',
    package_name: PROJECT,
    name,
    alias,
    database: DATABASE,
    schema,
    relation_name: `${DATABASE}.${relation}`,
    original_file_path: `models/${folder}/${name}.sql`,
    config: { materialized: materialized(model) },
    columns: {},
  }
}

function sourceNode([name, description]: [string, string]): Json {
  const [source = '', table = ''] = name.split('.')
  const schema = 'LANDING'
  const identifier = `${source}_${table}`.toUpperCase()
  return {
    unique_id: sourceId(name),
    resource_type: 'source',
    package_name: PROJECT,
    source_name: source,
    name: table,
    identifier,
    database: DATABASE,
    schema,
    relation_name: `${DATABASE}.${schema}.${identifier}`,
    original_file_path: 'models/load/sources.yml',
    description,
    loaded_at_field: 'file_written_at',
    freshness: { warn_after: { count: 30, period: 'hour' }, error_after: { count: 48, period: 'hour' } },
    columns: {},
  }
}

const testId = ({ name }: Model) => `test.${PROJECT}.not_null_${name}_id.${name.length}f${name.charCodeAt(4)}`

function testNode(model: Model): Json {
  const name = `not_null_${model.name}_id`
  return { unique_id: testId(model), resource_type: 'test', package_name: PROJECT, name, original_file_path: `models/${model.folder}.yml` }
}

const byId = (nodes: Json[]) => Object.fromEntries(nodes.map((node) => [String(node['unique_id']), node]))

/** What the project is made of: sources, models in three layers, a test of each model. */
export function manifest(at: Instant): Json {
  const sources = Object.entries(SOURCES)
  const parents = [
    ...sources.map(([name]) => [sourceId(name), []] as const),
    ...MODELS.map(({ id, from }) => [id, from] as const),
    ...MODELS.map((model) => [testId(model), [model.id]] as const),
  ]
  return {
    metadata: metadata('manifest', 12, at, { project_name: PROJECT, adapter_type: 'snowflake' }),
    nodes: { ...byId(MODELS.map(modelNode)), ...byId(MODELS.map(testNode)) },
    sources: byId(sources.map(sourceNode)),
    ...{ exposures: {}, metrics: {}, macros: {}, groups: {}, child_map: {} },
    parent_map: Object.fromEntries(parents),
  }
}

/** What a run did to each of its models, and to their tests. */
export function runResults(run: JobRun): Json {
  const { loaded, skipped } = modelsOf(run)
  const { startedAt, endedAt, failed } = run
  const result = (id: string, status: string, message: string | null) => ({
    unique_id: id,
    status,
    timing: status === 'skipped' ? [] : [{ name: 'execute', started_at: iso(startedAt), completed_at: iso(endedAt) }],
    thread_id: 'Thread-1',
    execution_time: (endedAt - startedAt) / 1000,
    adapter_response: {},
    message,
    failures: status === 'pass' ? 0 : null,
  })
  const tests = MODELS.filter(({ id }) => loaded.includes(id)).map((model) => result(testId(model), 'pass', null))
  const results = [
    ...loaded.map((id) => result(id, 'success', 'SUCCESS 1')),
    ...(failed === null ? [] : [result(failed.model, 'error', failed.message)]),
    ...skipped.map((id) => result(id, 'skipped', null)),
  ]
  return {
    metadata: metadata('run-results', 6, endedAt, { invocation_started_at: iso(startedAt) }),
    results: [...results, ...tests],
    elapsed_time: (endedAt - startedAt) / 1000,
    args: { which: 'build' },
  }
}

/** When the newest file of a source was written, as a run that began then measures it. */
export function newestOfSource(name: string, measuredAt: Instant): Instant {
  return Math.round(measuredAt - (5 + 35 * chance(`${name} ${measuredAt} written`)) * MINUTE_MS)
}

/** What `dbt source freshness` measured at the beginning of a run. */
export function sourceFreshness({ startedAt }: JobRun): Json {
  const measuredAt = startedAt + MINUTE_MS
  const results = Object.keys(SOURCES).map((name) => ({
    unique_id: sourceId(name),
    max_loaded_at: iso(newestOfSource(name, measuredAt)),
    snapshotted_at: iso(measuredAt),
    max_loaded_at_time_ago_in_s: (measuredAt - newestOfSource(name, measuredAt)) / 1000,
    status: 'pass',
    criteria: { warn_after: { count: 30, period: 'hour' }, error_after: { count: 48, period: 'hour' }, filter: null },
    ...{ adapter_response: {}, timing: [], thread_id: 'Thread-1', execution_time: 1 },
  }))
  return { metadata: metadata('sources', 3, measuredAt), results, elapsed_time: 4 }
}
