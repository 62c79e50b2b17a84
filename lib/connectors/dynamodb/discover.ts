import type { Found } from '#lib/connectors/kit/connector.ts'
import { titleOf } from '#lib/connectors/kit/sql/table-asset.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import type { KeyPart, Table, Tables } from './tables.ts'

const TYPES: Record<string, string> = { S: 'string', N: 'number', B: 'binary' }

/** Every table that we may list, with the attributes of its keys: of the others DynamoDB knows nothing. */
export async function* discover(tables: Tables): AsyncGenerator<Found> {
  for await (const name of tables.names()) {
    const table = await tables.describe(name).catch((error: unknown) => {
      // One that may not be looked at is there all the same; one that is gone was dropped since the list.
      if (isTidemarkError(error) && error.lasting === 'refused') return null
      if (isTidemarkError(error) && error.lasting === 'gone') return undefined
      throw error
    })
    if (table !== undefined) yield toFound(name, table)
  }
}

function toFound(name: string, table: Table | null): Found {
  const keys =
    table === null ? [] : [table.key, ...table.indexes.values()].flatMap(({ hash, range }) => [hash, ...(range === null ? [] : [range])])
  const columns = [...new Map(keys.map((part) => [part.name, toColumn(part)])).values()]
  return {
    path: name,
    kind: 'table',
    name: titleOf(name.replaceAll(/[-._]+/g, ' ')),
    settings: {},
    upstream: [],
    policy: null,
    group: 'DynamoDB',
    ...(table === null ? { isReadable: false } : { columns }),
  }
}

function toColumn({ name, type }: KeyPart) {
  return { name, type: TYPES[type] ?? type, description: null }
}
