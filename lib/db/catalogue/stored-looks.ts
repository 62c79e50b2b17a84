import type { Sql } from '#lib/db/context.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { StoredObservation } from './assets.ts'
import { noteLooks } from './sight.ts'

/** Stores good looks: the observation whole, and that we could see. */
export async function storeGoodProbes(
  sql: Sql,
  at: Instant,
  looks: readonly { assetId: number; observation: StoredObservation }[],
): Promise<void> {
  if (looks.length === 0) return
  await sql.query(
    `update asset a set problem = null, observation = x.observation
     from jsonb_to_recordset($1::jsonb) as x(id int, observation jsonb) where a.subject_id = x.id`,
    [JSON.stringify(looks.map((l) => ({ id: l.assetId, observation: l.observation })))],
  )
  await noteLooks(
    sql,
    at,
    looks.map(({ assetId }) => assetId),
    true,
  )
}

/** A look that failed. */
export interface BadProbe {
  assetId: number
  problem: string
  /** What the connector remembers of it all the same. */
  state?: Record<string, unknown> | undefined
}

/** Stores failed looks: that we tried, and what went wrong, in public words. */
export async function storeBadProbes(sql: Sql, at: Instant, looks: readonly BadProbe[]): Promise<void> {
  if (looks.length === 0) return
  await sql.query(
    `update asset a set problem = x.problem,
       observation = case when x.state is null then a.observation else coalesce(a.observation, '{}') || jsonb_build_object('state', x.state) end
     from jsonb_to_recordset($1::jsonb) as x(id int, problem text, state jsonb)
     where a.subject_id = x.id and (a.problem is distinct from x.problem or x.state is not null)`,
    [JSON.stringify(looks.map((l) => ({ id: l.assetId, problem: l.problem, state: l.state })))],
  )
  await noteLooks(
    sql,
    at,
    looks.map(({ assetId }) => assetId),
    false,
  )
}
