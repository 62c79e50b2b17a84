import type { AdoptedEdge } from '#lib/catalogue/adopt/adopt.ts'
import type { Sql } from '#lib/db/context.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { replaceEdges } from './lineage-edges.ts'

/** What discovery knows lineage by; a foreign key is none. */
const FOUND_ORIGINS = ['view', 'dbt', 'openlineage', 'bi'] as const

/**
 * Makes the lineage that discovery tells of what rules took over exactly this, connection by connection. Returns the assets that are made from something else
 * now.
 */
export async function syncFoundEdges(
  sql: Sql,
  now: Instant,
  edges: readonly AdoptedEdge[],
  assetIds: ReadonlyMap<string, number>,
): Promise<number[]> {
  const { rows } = await sql.query<{ origin: string; connection: string }>(
    `select distinct origin, substr(told_by, length('connection:') + 1) as connection from lineage_edge
     where to_at is null and origin = any($1::text[]) and starts_with(told_by, 'connection:')`,
    [FOUND_ORIGINS],
  )
  const changed = new Set<number>()
  for (const origin of FOUND_ORIGINS) {
    const own = Map.groupBy(
      edges.filter(({ hint }) => hint === origin),
      ({ connection }) => connection,
    )
    const before = rows.flatMap((row) => (row.origin === origin ? [row.connection] : []))
    for (const connection of new Set([...before, ...own.keys()])) {
      const meant = (own.get(connection) ?? []).flatMap(({ upstream, downstream }) => {
        const [upstreamId, downstreamId] = [assetIds.get(upstream), assetIds.get(downstream)]
        return upstreamId === undefined || downstreamId === undefined ? [] : [{ upstreamId, downstreamId }]
      })
      for (const id of await replaceEdges(sql, now, { origin, toldBy: `connection:${connection}` }, meant)) changed.add(id)
    }
  }
  return [...changed]
}
