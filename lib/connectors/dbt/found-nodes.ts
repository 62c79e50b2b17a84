import type { Found, FoundUpstream } from '#lib/connectors/kit/connector.ts'
import { proposeAge } from './age-policy.ts'
import type { Manifest } from './artifacts/manifest.ts'
import type { DbtNode, NodeKind } from './artifacts/node.ts'
import { documentedColumns } from './known-columns.ts'

const ASSET_KINDS: Readonly<Record<NodeKind, Found['kind']>> = {
  model: 'table',
  seed: 'table',
  snapshot: 'table',
  function: 'table',
  source: 'source',
  exposure: 'consumer',
  metric: 'consumer',
  semantic_model: 'consumer',
  saved_query: 'consumer',
  analysis: 'consumer',
}

/** True where a run of dbt writes the rows: a view only says how they are looked at, and an ephemeral model is nothing by itself. */
export function holdsData({ kind, materialized }: DbtNode): boolean {
  return (kind === 'model' && materialized !== 'view' && materialized !== 'ephemeral') || kind === 'seed' || kind === 'snapshot'
}

/** The clock that dbt's measuring feeds: a value in the data where it reads a column, else what the warehouse knows of the table. */
export function measuredClock({ measuredBy }: DbtNode): 'dataThroughAt' | 'writtenAt' {
  return measuredBy === null ? 'writtenAt' : 'dataThroughAt'
}

function proposalOf(node: DbtNode): Found['policy'] {
  if (node.freshness !== null) return proposeAge(node.freshness, measuredClock(node))
  if (node.kind === 'source')
    return { input: { kind: 'none' }, because: 'dbt promises nothing about it: neither warn_after nor error_after' }
  if (holdsData(node)) return null
  const because =
    node.kind === 'model' ? `its rows are those of what it is made from (${node.materialized})` : 'it holds no data of its own'
  return { input: { kind: 'upstream' }, because }
}

function labelsOf(node: DbtNode, project: string | null): Record<string, string> {
  const { kind, package: packageName, database, schema, source, folder, tags, group, materialized } = node
  const told = {
    resource_type: kind,
    package: packageName,
    project,
    database,
    schema,
    source,
    folder: folder === '' ? packageName : folder,
    tag: tags[0],
    tags: tags.length === 0 ? null : tags.join(', '),
    group,
    materialized,
    relation: node.relation,
    exposure: kind === 'exposure' ? (node.label ?? node.name) : null,
    model: kind === 'model' ? node.name : null,
  }
  return Object.fromEntries(
    Object.entries(told).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== ''),
  )
}

function upstreamOf({ parents }: Manifest, node: DbtNode): FoundUpstream[] {
  const own = (parents.get(node.id) ?? []).map((path): FoundUpstream => ({ path, hint: 'dbt' }))
  // Somebody else writes it, and another connection may know it as a table.
  return node.kind === 'source' && node.relation !== null ? [...own, { name: node.relation, hint: 'dbt' }] : own
}

/** What a manifest holds, as what may be adopted: its nodes without the tests, with exactly the edges it tells. */
export function* foundNodes(
  manifest: Manifest,
  jobOf: (node: DbtNode) => string | null,
  columnsOf: (node: DbtNode) => Pick<Found, 'columns' | 'mayHaveMoreColumns'> = documentedColumns,
): Generator<Found> {
  for (const node of manifest.nodes.values()) {
    yield {
      path: node.id,
      kind: ASSET_KINDS[node.kind],
      name: node.label ?? (node.source === null ? node.name : `${node.source}.${node.name}`),
      settings: {},
      upstream: upstreamOf(manifest, node),
      policy: proposalOf(node),
      group: node.package,
      description: node.description,
      ...columnsOf(node),
      owner: node.owner,
      url: node.url,
      labels: labelsOf(node, manifest.project),
      job: jobOf(node),
    }
  }
}
