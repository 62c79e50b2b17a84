import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { type EdgeSource, loadEdgesSince, replaceEdges } from '#lib/db/catalogue/lineage-edges.ts'
import { withTransaction } from '#lib/db/context.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { createDatabaseAt } from '#lib/testing/database/database.ts'
import { bigCatalogue } from './big-catalogue.ts'
import { type Figure, timed } from './report.ts'

const NOW = Date.parse('2026-11-20T15:00:00Z')
const EDGES = 10_000
const DBT: EdgeSource = { origin: 'dbt', toldBy: 'connection:dbt' }

/** Ten thousand edges that one teller tells again: new, the same, a hundredth of them otherwise; and what it costs to read them. */
export async function measureLineage(): Promise<Figure[]> {
  const { database, clock, ctx } = await createDatabaseAt(NOW)
  await syncCatalogue(ctx, { catalogue: bigCatalogue('http://localhost:3000'), document: {}, hash: 'bench', schema: {} })
  await ctx.whole.query('analyze')
  const { rows } = await ctx.whole.query<{ id: number }>('select subject_id as id from asset order by 1 limit $1', [EDGES])
  const ids = rows.map(({ id }) => id)
  const edgesFrom = (shift: (n: number) => number): Edge[] =>
    ids.map((downstreamId, n) => ({ upstreamId: ids[(n + shift(n)) % ids.length] ?? downstreamId, downstreamId }))
  const tell = async (name: string, edges: readonly Edge[]): Promise<Figure> => {
    clock.set(clock.now() + MINUTE_MS)
    const { ms, result } = await timed(() => withTransaction(ctx, (sql) => replaceEdges(sql, clock.now(), DBT, edges)))
    return { name: `${edges.length} edges told, ${name} (${result.length} assets changed)`, value: `${ms.toFixed(0)} ms` }
  }
  const first = await tell(
    'all new',
    edgesFrom(() => 1),
  )
  await ctx.whole.query('analyze')
  const again = await tell(
    'the same again',
    edgesFrom(() => 1),
  )
  const moved = await tell(
    '1 % otherwise',
    edgesFrom((n) => (n % 100 === 0 ? 2 : 1)),
  )
  const since = await timed(() => loadEdgesSince(ctx.pool, ids, NOW))
  await database.drop()
  return [first, again, moved, { name: `${since.result.length} stretches read`, value: `${since.ms.toFixed(0)} ms` }]
}
