import { z } from 'zod'
import type { Found } from '#lib/connectors/kit/connector.ts'
import { titleOf } from '#lib/connectors/kit/sql/table-asset.ts'
import { isJsonObject, type JsonValue } from '#lib/domain/values/json.ts'
import type { SearchApi } from './api.ts'

const names = z.union([z.string().transform((one) => [one]), z.array(z.string())])
const resolvedSchema = z.object({
  indices: z.array(z.object({ name: z.string(), aliases: names.default([]), data_stream: z.string().optional() })),
  aliases: z.array(z.object({ name: z.string(), indices: names })),
  data_streams: z.array(z.object({ name: z.string(), backing_indices: names, timestamp_field: z.string().default('@timestamp') })),
})
const mappingsSchema = z.record(z.string(), z.object({ mappings: z.custom<JsonValue>() }))

/** An index of its own, or what several stand behind. */
interface Readable {
  name: string
  is: 'index' | 'alias' | 'data stream'
  /** Whose mapping is read, the newest last. */
  indices: string[]
}

/** Of an alias of many indices the fields of so many are read: of the newest by name. */
const READ_INDICES_MAX = 3
const ADDRESS_MAX = 2000
const DEPTH_MAX = 20
const COLUMNS_MAX = 1000

type FoundColumn = NonNullable<Found['columns']>[number]

/** Data streams, aliases, and indices that stand behind neither, with the fields of their mapping; hidden and closed ones are left out. */
export async function* discoverIndices(api: SearchApi): AsyncGenerator<Found> {
  const question = { path: ['_resolve', 'index', '*'], parameters: { expand_wildcards: 'open' }, what: 'its indices' }
  const { indices, aliases, data_streams: streams } = await api.ask(question, resolvedSchema)
  const readable: Readable[] = [
    ...streams.map(({ name, backing_indices: behind }): Readable => ({ name, is: 'data stream', indices: behind.slice(-1) })),
    ...aliases.map(({ name, indices: behind }): Readable => ({ name, is: 'alias', indices: behind.toSorted().slice(-READ_INDICES_MAX) })),
    ...indices
      .filter((one) => one.aliases.length === 0 && one.data_stream === undefined)
      .map(({ name }): Readable => ({ name, is: 'index', indices: [name] })),
  ]
  const shown = readable.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const some of inBatches(shown)) {
    const columns = await readColumns(api, [...new Set(some.flatMap((one) => one.indices))])
    for (const one of some)
      yield toFound(
        one,
        one.indices.map((index) => columns.get(index) ?? []),
      )
  }
}

/** As many at a time as fit into an address. */
function* inBatches(readable: readonly Readable[]): Generator<Readable[]> {
  let batch: Readable[] = []
  let length = 0
  for (const one of readable) {
    const more = one.indices.reduce((sum, index) => sum + encodeURIComponent(index).length + 3, 0)
    if (batch.length > 0 && length + more > ADDRESS_MAX) {
      yield batch
      batch = []
      length = 0
    }
    batch.push(one)
    length += more
  }
  if (batch.length > 0) yield batch
}

/** What was deleted since the list was read has none. */
async function readColumns(api: SearchApi, indices: readonly string[]): Promise<Map<string, FoundColumn[]>> {
  if (indices.length === 0) return new Map()
  const question = { path: [indices.join(','), '_mapping'], parameters: { ignore_unavailable: 'true' }, what: 'the fields of its indices' }
  const mappings = await api.ask(question, mappingsSchema)
  return new Map(Object.entries(mappings).map(([index, { mappings: mapping }]) => [index, columnsOf(mapping)]))
}

function columnsOf(mapping: JsonValue, prefix = '', depth = 0): FoundColumn[] {
  const properties = isJsonObject(mapping) ? mapping['properties'] : undefined
  if (!isJsonObject(properties) || depth > DEPTH_MAX) return []
  return Object.entries(properties).flatMap(([name, property]): FoundColumn[] => {
    if (!isJsonObject(property)) return []
    const { type = 'object' } = property
    const path = `${prefix}${name}`
    const inner = columnsOf(property, `${path}.`, depth + 1)
    return inner.length > 0 ? inner : [{ name: path, type: typeof type === 'string' ? type : 'object', description: null }]
  })
}

function toFound({ name, is }: Readable, columnsByIndex: readonly (readonly FoundColumn[])[]): Found {
  const columns = [...new Map(columnsByIndex.flat().map((column) => [column.name, column])).values()].slice(0, COLUMNS_MAX)
  return {
    path: name,
    kind: 'consumer',
    name: titleOf(name.replaceAll(/[-.]+/g, ' ')),
    settings: settingsFor(columns),
    upstream: [],
    policy: null,
    group: 'Search',
    columns,
    labels: { type: is },
  }
}

/** The field that tells its time where there is one field of times alone; `@timestamp` needs no word. */
function settingsFor(columns: readonly FoundColumn[]): Record<string, unknown> {
  const times = columns.filter(({ type }) => type === 'date' || type === 'date_nanos')
  const [only] = times
  return times.length !== 1 || only === undefined || only.name === '@timestamp' ? {} : { field: only.name }
}
