import { z } from 'zod'
import { type ArtifactHead, type ArtifactSource, inShape, piecesOf, readHead, refusedArtifact } from '#lib/records/read/dbt-artifact.ts'
import type { JsonPath } from '#lib/records/read/json-stream.ts'
import type { DbtColumn } from './node.ts'

/** What `dbt docs generate` saw in the warehouse: all columns of each node that was there, by its id. */
export interface Catalog extends ArtifactHead {
  columns: ReadonlyMap<string, readonly DbtColumn[]>
}

const nodeSchema = z.object({
  columns: z.record(
    z.string(),
    z.object({ name: z.string(), type: z.string().nullish(), index: z.number(), comment: z.string().nullish() }),
  ),
})

const PARTS: readonly unknown[] = ['nodes', 'sources']

function toColumns({ columns }: z.output<typeof nodeSchema>): DbtColumn[] {
  const inOrder = Object.values(columns).sort((a, b) => a.index - b.index)
  return inOrder.map(({ name, type, comment }) => ({ name, type: type ?? '', description: comment?.trim() || null }))
}

/** Reads a `catalog.json` v1; refuses any other, and one that is not whole, in words. */
export async function readCatalog(source: ArtifactSource): Promise<Catalog> {
  const { what } = source
  const columns = new Map<string, readonly DbtColumn[]>()
  let head: ArtifactHead | null = null
  const isEntered = (path: JsonPath) => path.length === 0 || (path.length === 1 && PARTS.includes(path[0]))
  const isWanted = ([part, id]: JsonPath) => part === 'metadata' || (id !== undefined && PARTS.includes(part))
  for await (const { path, value } of piecesOf(source, isEntered, isWanted)) {
    const [part, id] = path
    if (part === 'metadata') head = readHead(what, 'catalog', value)
    else columns.set(String(id), toColumns(inShape(what, `${part} ${id}`, nodeSchema, value)))
  }
  if (head === null) throw refusedArtifact(what, 'it has no metadata, as every catalog of dbt has')
  return { ...head, columns }
}
