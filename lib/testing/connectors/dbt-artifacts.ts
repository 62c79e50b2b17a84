/** Artifacts of dbt as it writes them, for the parts that a test is about. */

const INVOCATION = '3f0c1c9e-0000-4000-8000-000000000001'

type Json = Record<string, unknown>

export interface NodeIn {
  id: string
  from?: string[]
  more?: Json
}

function metadata(kind: string, version: number, generatedAt: string, more: Json = {}): Json {
  return {
    dbt_schema_version: `https://schemas.getdbt.com/dbt/${kind}/v${version}.json`,
    dbt_version: '1.11.7',
    generated_at: generatedAt,
    invocation_id: INVOCATION,
    env: {},
    ...more,
  }
}

const MAPS: Readonly<Record<string, string>> = {
  source: 'sources',
  exposure: 'exposures',
  metric: 'metrics',
  semantic_model: 'semantic_models',
  saved_query: 'saved_queries',
  unit_test: 'unit_tests',
  function: 'functions',
}

function nodeOf({ id, more }: NodeIn): Json {
  const [type = '', packageName = '', ...rest] = id.split('.')
  const name = rest.at(-1) ?? ''
  const common = { unique_id: id, resource_type: type, package_name: packageName, name, original_file_path: `models/${name}.sql` }
  if (type === 'source')
    return { ...common, source_name: rest[0], identifier: name, database: 'lake', schema: 'raw', freshness: null, ...more }
  return { ...common, database: 'lake', schema: 'marts', alias: name, config: { materialized: 'table' }, ...more }
}

/** A manifest of these nodes: tests, hooks and macros among them where a test wants some. */
export function manifestOf(nodes: NodeIn[], { version = 12, at = '2026-11-29T03:00:00.000000Z', more = {} as Json } = {}): Json {
  const maps: Record<string, Json> = { nodes: {}, sources: {}, exposures: {}, metrics: {}, macros: {}, groups: {} }
  for (const node of nodes) {
    const map = MAPS[node.id.split('.')[0] ?? ''] ?? 'nodes'
    maps[map] = { ...maps[map], [node.id]: nodeOf(node) }
  }
  return {
    metadata: metadata('manifest', version, at, { project_name: 'shop', adapter_type: 'postgres' }),
    ...maps,
    parent_map: Object.fromEntries(nodes.map(({ id, from = [] }) => [id, from])),
    child_map: {},
    ...more,
  }
}

export interface ResultIn {
  id: string
  status?: string
  at?: string | null
  message?: string | null
  rows?: number
}

/** What one invocation of dbt did to these nodes. */
export function runResultsOf(
  results: ResultIn[],
  { at = '2026-11-29T03:10:00.000000Z', args = { which: 'build' } as Json | null, more = {} as Json } = {},
): Json {
  return {
    metadata: metadata('run-results', 6, at, { invocation_started_at: at, ...more }),
    results: results.map(({ id, status = 'success', at: endedAt = at, message = null, rows }) => ({
      unique_id: id,
      status,
      timing: endedAt === null ? [] : [{ name: 'execute', started_at: endedAt, completed_at: endedAt }],
      thread_id: 'Thread-1',
      execution_time: 0.1,
      adapter_response: rows === undefined ? {} : { rows_affected: rows },
      message,
      failures: null,
    })),
    elapsed_time: 1,
    ...(args !== null && { args }),
  }
}

export interface MeasuredIn {
  id: string
  newest?: string
  status?: string
  measuredAt?: string
}

/** What `dbt source freshness` measured. */
export function sourcesOf(measured: MeasuredIn[], { at = '2026-11-29T03:20:00.000000Z', kind = 'sources', version = 3 } = {}): Json {
  return {
    metadata: metadata(kind, version, at),
    results: measured.map(({ id, newest, status = 'pass', measuredAt = at }) =>
      newest === undefined
        ? { unique_id: id, error: 'Database Error in source: relation does not exist', status: 'runtime error' }
        : {
            unique_id: id,
            max_loaded_at: newest,
            snapshotted_at: measuredAt,
            max_loaded_at_time_ago_in_s: 1,
            status,
            criteria: { warn_after: { count: 1, period: 'hour' }, error_after: { count: 1, period: 'day' }, filter: null },
            adapter_response: {},
            timing: [],
            thread_id: 'Thread-1',
            execution_time: 0.1,
          },
    ),
    elapsed_time: 1,
  }
}

/** What `dbt docs generate` saw of these nodes: name, type and place of each column. */
export function catalogOf(
  nodes: Record<string, [name: string, type: string | null, index: number][]>,
  { at = '2026-11-29T03:30:00.000000Z', version = 1 } = {},
): Json {
  const toNode = (id: string, columns: [string, string | null, number][]) => ({
    metadata: { type: 'BASE TABLE', schema: 'marts', name: id.split('.').at(-1), database: 'lake', comment: null, owner: 'dbt' },
    columns: Object.fromEntries(columns.map(([name, type, index]) => [name, { type, index, name, comment: null }])),
    stats: {},
    unique_id: id,
  })
  const entries = Object.entries(nodes).map(([id, columns]) => [id, toNode(id, columns)] as const)
  return {
    metadata: metadata('catalog', version, at),
    nodes: Object.fromEntries(entries.filter(([id]) => !id.startsWith('source.'))),
    sources: Object.fromEntries(entries.filter(([id]) => id.startsWith('source.'))),
    errors: null,
  }
}

/** The bytes of a file, in pieces as they come from a disk or a line. */
export async function* bytesOf(value: unknown, pieceBytes = 65_536): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
}

/** A small shop: two sources that dbt measures, two models one after the other, a test of the first. */
export const SHOP = {
  source: 'source.shop.crm.people',
  other: 'source.shop.crm.visits',
  orders: 'model.shop.orders',
  revenue: 'model.shop.revenue',
  test: 'test.shop.not_null_orders.1',
} as const

/** Its manifest; `more` is said of the first source. */
export function shopManifest(at = '2026-11-29T03:00:00Z', more: Json = {}): Json {
  const freshness = { warn_after: { count: 6, period: 'hour' }, error_after: { count: 1, period: 'day' } }
  const measured = { freshness, loaded_at_field: '_loaded_at' }
  return manifestOf(
    [
      { id: SHOP.source, more: { ...measured, ...more } },
      { id: SHOP.other, more: measured },
      { id: SHOP.orders, from: [SHOP.source] },
      { id: SHOP.revenue, from: [SHOP.orders] },
      { id: SHOP.test, from: [SHOP.orders], more: { name: 'not_null_orders' } },
    ],
    { at },
  )
}

/** What a run of the shop says that built these at that time. */
export function shopResults(at: string, ids: readonly string[] = [SHOP.orders, SHOP.revenue]): Json {
  return runResultsOf(
    ids.map((id) => ({ id, at })),
    { at },
  )
}

/** The files that such a run leaves. */
export function shopFiles(at: string, ids?: readonly string[]): Json {
  return { 'manifest.json': shopManifest(at), 'run_results.json': shopResults(at, ids) }
}
