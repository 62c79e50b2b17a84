import type { Explore, ExploreField, Query } from './shapes.ts'

/** A view under the name it has in an explore. */
export interface UsedView {
  alias: string
  view: string
  tableName: string | null
}

type Asked = Pick<Query, 'fields' | 'pivots' | 'fill_fields' | 'sorts' | 'filters' | 'filter_expression' | 'dynamic_fields'>

const FIELD = /\b(\w+\.\w+)\b/g
const REFERENCE = /\$\{\s*(\w+(?:\.\w+)?)\s*\}/g

function fieldsOf(asked: Asked): string[] {
  const { fields, pivots, fill_fields, sorts, filters, filter_expression, dynamic_fields } = asked
  const texts = [...(fields ?? []), ...(pivots ?? []), ...(fill_fields ?? []), ...(sorts ?? []), ...Object.keys(filters ?? {})]
  return [...texts, filter_expression ?? '', dynamic_fields ?? ''].flatMap((text) => text.match(FIELD) ?? [])
}

function allFields({ fields }: Explore): Map<string, ExploreField> {
  const all = [...(fields?.dimensions ?? []), ...(fields?.measures ?? []), ...(fields?.filters ?? [])]
  return new Map(all.map((field) => [field.name, field]))
}

/**
 * The views of an explore that a query reads: as Looker itself joins, the one the explore begins with, those of the fields it asks for or goes by, and what
 * these and their joins need.
 */
export function usedViews(asked: Asked, explore: Explore): UsedView[] {
  const base = explore.view_name ?? explore.name
  const joins = new Map((explore.joins ?? []).map((join) => [join.name, join]))
  const used = aliasesOf([...fieldsOf(asked), ...(explore.always_join ?? []).map(anyOf)], explore, joins)
  const joined = [...joins.values()].filter(({ name }) => used.has(name) && name !== base && name !== explore.name)
  return [
    { alias: explore.name, view: base, tableName: explore.sql_table_name ?? null },
    ...joined.map((join) => ({ alias: join.name, view: join.from ?? join.name, tableName: join.sql_table_name ?? null })),
  ]
}

type Join = NonNullable<Explore['joins']>[number]

/** Some field of a view, whichever. */
const anyOf = (alias: string) => `${alias}.`

function aliasesOf(asked: readonly string[], explore: Explore, joins: ReadonlyMap<string, Join>): Set<string> {
  const fields = allFields(explore)
  const seen = new Set<string>()
  const waiting = [...asked]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue
    seen.add(name)
    const alias = name.slice(0, name.indexOf('.'))
    waiting.push(...referredTo(fields.get(name)?.sql, alias), anyOf(alias))
    const join = name === anyOf(alias) ? joins.get(alias) : undefined
    waiting.push(...(join?.dependent_fields ?? []), ...(join?.required_joins ?? []).map(anyOf))
  }
  return new Set([...seen].map((name) => name.slice(0, name.indexOf('.'))))
}

function referredTo(sql: string | null | undefined, alias: string): string[] {
  return [...(sql ?? '').matchAll(REFERENCE)].map(([, other = '']) => (other.includes('.') ? other : `${alias}.${other}`))
}

/** The file in which a view's own fields are written, and the others that its explore names. */
export function filesOf(explore: Explore, { alias, view }: Pick<UsedView, 'alias' | 'view'>): { own: string | null; others: string[] } {
  const all = [...allFields(explore).values()]
  const isOwn = (field: ExploreField) => field.original_view === view || field.view === alias || field.view === view
  const own = all.find((field) => isOwn(field) && field.source_file != null)?.source_file ?? null
  const files = new Set(all.flatMap(({ source_file: file }) => file ?? []))
  return { own, others: [...files].filter((file) => file !== own) }
}
