import { z } from 'zod'
import { declaredFlowSchema } from '#lib/catalogue/schema/declared-flow.ts'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import type { Context } from '#lib/db/context.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Flow } from '#lib/engine/flow.ts'
import { flowFromDeclaration } from './declared-flow.ts'

const storedSchema = z.object({ written: declaredFlowSchema, zone: z.string() })

/** The flow of this name: one with code, else the one the catalogue in force declares. Throws `not-found`. */
export async function requireFlow(ctx: Context, flows: ReadonlyMap<string, Flow>, name: string): Promise<Flow> {
  const flow = flows.get(name)
  if (flow !== undefined) return flow
  const { rows } = await ctx.pool.query<{ written: unknown; zone: unknown }>(
    `select document -> 'flows' -> $1 as written, document -> 'page' ->> 'zone' as zone from ${IN_FORCE} v`,
    [name],
  )
  const stored = storedSchema.safeParse(rows[0])
  if (!stored.success) throw new TidemarkError('not-found', { publicMessage: `There is no flow "${name}" in the catalogue.` })
  const { written, zone } = stored.data
  return asFlow(flowFromDeclaration({ name, written, zone: written.timezone ?? zone }))
}

// The engine checks parameters against the flow's own schema before the flow sees them.
function asFlow<P>(flow: Flow<P>): Flow {
  return flow as Flow
}
