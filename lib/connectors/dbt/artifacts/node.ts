import { z } from 'zod'

/** What of a project is an asset. Tests are failures of what they test; hooks and macros hold no data. */
export const NODE_KINDS = [
  'model',
  'seed',
  'snapshot',
  'source',
  'exposure',
  'metric',
  'semantic_model',
  'saved_query',
  'analysis',
  'function',
] as const
export type NodeKind = (typeof NODE_KINDS)[number]

export interface DbtColumn {
  name: string
  type: string
  description: string | null
}

/** dbt's own promise about a source: how old its newest row may be. */
export interface Threshold {
  count: number
  period: 'minute' | 'hour' | 'day'
}

export interface SourceFreshness {
  warnAfter: Threshold | null
  errorAfter: Threshold | null
  filter: string | null
}

export interface DbtNode {
  id: string
  kind: NodeKind
  name: string
  package: string
  /** Of sources: the name their tables are grouped under. */
  source: string | null
  database: string | null
  schema: string | null
  /** As the warehouse is asked for it, quoted; null: it is nothing in the warehouse. */
  relation: string | null
  folder: string
  tags: string[]
  description: string | null
  /** Those that are documented. */
  columns: DbtColumn[]
  /** dbt builds it with exactly these columns, or not at all. */
  hasContract: boolean
  owner: string | null
  group: string | null
  /** `table`, `view`, `incremental`, `ephemeral`, …; null: not of this kind. */
  materialized: string | null
  freshness: SourceFreshness | null
  /** The column or the expression whose newest value dbt asks for; null: it asks what the warehouse knows of the table. */
  measuredBy: string | null
  /** Of exposures. */
  label: string | null
  url: string | null
}

/** Who owns it, in its own words: `meta.owner` of a node may be a name, an object, or several. */
export function ownerOf(value: unknown): string | null {
  if (Array.isArray(value))
    return (
      value
        .map(ownerOf)
        .filter((one) => one !== null)
        .join(', ') || null
    )
  if (typeof value === 'string') return value.trim() || null
  if (typeof value !== 'object' || value === null) return null
  const { name, email } = value as { name?: unknown; email?: unknown }
  return ownerOf(name) ?? ownerOf(email)
}

const text = z.string().nullish()
const texts = z.union([z.string().transform((one) => [one]), z.array(z.string())]).nullish()
const meta = z.record(z.string(), z.unknown()).nullish()
const threshold = z
  .object({ count: z.number().nullish(), period: z.enum(['minute', 'hour', 'day']).nullish() })
  .nullish()
  .transform((told): Threshold | null => (told?.count == null || told.period == null ? null : { count: told.count, period: told.period }))

export const freshnessSchema = z
  .object({ warn_after: threshold, error_after: threshold, filter: text })
  .nullish()
  .transform((told): SourceFreshness | null =>
    told == null || (told.warn_after === null && told.error_after === null)
      ? null
      : { warnAfter: told.warn_after, errorAfter: told.error_after, filter: told.filter ?? null },
  )

const columns = z
  .record(z.string(), z.object({ name: z.string(), description: text, data_type: text }))
  .nullish()
  .transform((told) =>
    Object.values(told ?? {}).map(({ name, description, data_type }): DbtColumn => {
      return { name, type: data_type ?? '', description: description || null }
    }),
  )

const nodeSchema = z.object({
  resource_type: z.string(),
  name: z.string().min(1),
  package_name: z.string(),
  original_file_path: text,
  path: text,
  database: text,
  schema: text,
  alias: text,
  identifier: text,
  relation_name: text,
  version: z.union([z.string(), z.number()]).nullish(),
  source_name: text,
  tags: texts,
  description: text,
  columns,
  meta,
  source_meta: meta,
  group: text,
  config: z
    .object({
      ...{ materialized: text, group: text, meta, tags: texts, freshness: z.unknown().optional() },
      contract: z.object({ enforced: z.boolean().nullish() }).nullish(),
    })
    .nullish(),
  loaded_at_field: text,
  loaded_at_query: text,
  label: text,
  url: text,
  owner: z.unknown().optional(),
})

export const nodeInput = nodeSchema.extend({ freshness: z.unknown().optional() })
type NodeInput = z.output<typeof nodeInput>

/** What of a project this is; null: no asset. */
export function nodeKindOf(resourceType: string): NodeKind | null {
  return NODE_KINDS.find((kind) => kind === resourceType) ?? null
}

function folderOf({ original_file_path, path }: NodeInput): string {
  const folders = (original_file_path ?? path ?? '').split(/[\\/]/).slice(0, -1)
  return (folders.length > 1 ? folders.slice(1) : folders).join('/')
}

function relationOf(kind: NodeKind, told: NodeInput): string | null {
  if (told.config?.materialized === 'ephemeral' || !['model', 'seed', 'snapshot', 'source'].includes(kind)) return null
  if (told.relation_name) return told.relation_name
  const parts = [told.database, told.schema, told.identifier ?? told.alias ?? told.name].filter((part) => part)
  return parts.length < 2 ? null : parts.map((part) => `"${part?.replaceAll('"', '""')}"`).join('.')
}

/** A node of a manifest as it is known here; `freshness` is what dbt promises about it. */
export function toNode(id: string, kind: NodeKind, told: NodeInput, freshness: SourceFreshness | null): DbtNode {
  return {
    id,
    kind,
    name: told.version == null ? told.name : `${told.name} v${told.version}`,
    package: told.package_name,
    source: told.source_name ?? null,
    database: told.database || null,
    schema: told.schema || null,
    relation: relationOf(kind, told),
    folder: folderOf(told),
    tags: [...new Set([...(told.tags ?? []), ...(told.config?.tags ?? [])])],
    description: told.description?.trim() || null,
    columns: told.columns,
    hasContract: told.config?.contract?.enforced === true,
    owner:
      ownerOf(told.meta?.['owner']) ?? ownerOf(told.config?.meta?.['owner']) ?? ownerOf(told.source_meta?.['owner']) ?? ownerOf(told.owner),
    group: told.group ?? told.config?.group ?? null,
    materialized: told.config?.materialized ?? null,
    freshness,
    measuredBy: told.loaded_at_query ?? told.loaded_at_field ?? null,
    label: told.label || null,
    url: told.url || null,
  }
}
