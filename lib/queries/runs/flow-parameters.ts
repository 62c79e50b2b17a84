import { parameterNames } from '#lib/catalogue/resolve/flow-parameters.ts'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import type { Context } from '#lib/db/context.ts'

const SCHEMA = `
  select v.schema, v.document -> 'flows' -> f.name as written
  from flow f, ${IN_FORCE} v
  where f.name = $1 and f.removed_at is null`

/** The names, in order, of the parameters a flow of the catalogue in force takes; null when the catalogue has no such flow. */
export async function getFlowParameters(ctx: Context, flow: string): Promise<string[] | null> {
  const { rows } = await ctx.pool.query<{ schema: unknown; written: unknown }>(SCHEMA, [flow])
  const row = rows[0]
  return row === undefined ? null : parameterNames(flow, row.schema, row.written)
}
