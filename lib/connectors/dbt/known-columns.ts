import type { Found } from '#lib/connectors/kit/connector.ts'
import type { Catalog } from './artifacts/catalog.ts'
import type { Manifest } from './artifacts/manifest.ts'
import type { DbtColumn, DbtNode } from './artifacts/node.ts'

type Columns = Pick<Found, 'columns' | 'mayHaveMoreColumns'>

/** What a project says of the columns of a node by itself: those that are documented, which are all of them only under a contract of dbt, without which it builds nothing. */
export function documentedColumns({ columns, hasContract }: DbtNode): Columns {
  return { columns, ...(!hasContract && { mayHaveMoreColumns: true }) }
}

/**
 * The columns of a node as a catalog saw them in the warehouse, with what the project says of them. One that was made longer than `withinMs` before the
 * manifest says nothing of what is there by now. While a newer build waits for its docs there may be others, where more are documented: whether those came
 * since, or went from the warehouse long ago, only the next docs tell.
 */
export function columnsBy(catalog: Catalog | null, manifest: Manifest, withinMs: number): (node: DbtNode) => Columns {
  if (catalog === null || catalog.generatedAt < manifest.generatedAt - withinMs) return documentedColumns
  const isOlder = catalog.generatedAt < manifest.generatedAt
  return (node) => {
    const seen = catalog.columns.get(node.id)
    if (seen === undefined || seen.length === 0) return documentedColumns(node)
    const told = toldOf(node, seen)
    const columns = seen.map((column) => described(column, told(column)))
    const names = new Set(columns.map(({ name }) => name.toLowerCase()))
    const areAllSeen = node.columns.every(({ name }) => names.has(name.toLowerCase()))
    return { columns, ...(isOlder && !areAllSeen && { mayHaveMoreColumns: true }) }
  }
}

/** What is said of a column that was seen: by its name, or by that in other capitals where no two would be meant. */
function toldOf({ columns }: DbtNode, seen: readonly DbtColumn[]): (column: DbtColumn) => DbtColumn | undefined {
  const folded = ({ name }: DbtColumn) => name.toLowerCase()
  const byName = new Map(columns.map((column) => [column.name, column]))
  const byFolded = new Map(columns.map((column) => [folded(column), column]))
  const alike = Map.groupBy(seen, folded)
  return (column) => byName.get(column.name) ?? (alike.get(folded(column))?.length === 1 ? byFolded.get(folded(column)) : undefined)
}

/** The warehouse knows the type, people what it means. */
function described(seen: DbtColumn, told: DbtColumn | undefined): DbtColumn {
  if (told === undefined) return seen
  return { name: told.name, type: seen.type || told.type, description: told.description ?? seen.description }
}
