import type { Context } from '#lib/db/context.ts'
import type { Said } from '#lib/domain/incidents/said.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** A run, ours or another system's, or an order that somebody linked to an incident. */
export interface Linked {
  kind: 'run' | 'order'
  id: string
  /** Of a run its flow or job; of an order its feed. */
  name: string
  state: string
  at: Instant
}

const LINKED = `
  select 'run' as kind, r.id::text, r.flow as name, r.state, ${instant('coalesce(r.started_at, r.scheduled_for)')} as at from run r where r.id::text = any($1::text[])
  union all
  select 'run', r.id::text, r.connection_key || '/' || r.job, r.state, ${instant('r.placed_at')} from external_run r where r.id::text = any($1::text[])
  union all
  select 'order', o.id::text, s.name, o.state, ${instant('o.created_at')} from reload_order o join subject s on s.id = o.feed_id where o.id::text = any($2::text[])
  order by at, id`

/** What people linked, as far as the reader sees it and it is kept. */
export async function getLinked(ctx: Context, said: readonly Said[]): Promise<Linked[]> {
  const idsOf = (kind: Linked['kind']) => said.flatMap((one) => (one.kind === 'linked' && one.to.kind === kind ? [one.to.id] : []))
  const [runs, orders] = [idsOf('run'), idsOf('order')]
  if (runs.length + orders.length === 0) return []
  return (await ctx.pool.query<Linked>(LINKED, [runs, orders])).rows
}
