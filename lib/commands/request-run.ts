import { z } from 'zod'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { wakeWorkers } from '#lib/db/runs.ts'
import { toStorableJson, toStorableText } from '#lib/db/storable-json.ts'
import { parameterProblem } from '#lib/domain/flow-parameters.ts'
import { TidemarkError } from '#lib/platform/errors.ts'

const inputSchema = z.object({
  flow: z.string().min(1).max(200),
  parameters: z.record(z.string(), z.unknown()).default({}),
  requestedBy: z.string().max(200).nullable().default(null),
})
export type RunRequest = z.input<typeof inputSchema>

const FLOW = `
  select v.schema, v.document -> 'flows' -> f.name as written
  from flow f left join lateral (select schema, document from catalogue_version order by id desc limit 1) v on true
  where f.name = $1 and f.removed_at is null for update of f`

/** Asks for a run of a flow now, outside its schedule. Refused when one that was asked for has not begun yet, or takes no such parameters. */
export async function requestRun(ctx: Context, request: RunRequest): Promise<{ runId: string }> {
  const input = inputSchema.parse(request)
  const now = toText(ctx.clock.now())
  return withTransaction(ctx, async (sql) => {
    const { rows: flows } = await sql.query<{ schema: unknown; written: unknown }>(FLOW, [input.flow])
    const [flow] = flows
    if (flow === undefined)
      throw new TidemarkError('not-found', { publicMessage: `There is no flow "${toStorableText(input.flow)}" in the catalogue.` })
    const problem = parameterProblem(input.flow, flow.schema, flow.written, input.parameters)
    if (problem !== null) throw new TidemarkError('invalid', { publicMessage: problem })
    const waiting = await sql.query(
      "select 1 from run where flow = $1 and trigger = 'manual' and state in ('scheduled', 'overdue') and attempt = 0",
      [input.flow],
    )
    if (waiting.rowCount !== 0)
      throw new TidemarkError('conflict', { publicMessage: `A run of ${input.flow} has been asked for already and has not begun yet.` })
    const { rows } = await sql.query<{ id: string }>(
      `insert into run (id, flow, trigger, scheduled_for, created_at, parameters, requested_by)
       values (gen_random_uuid(), $1, 'manual', coalesce((
         select max(scheduled_for) + interval '1 ms' from run
         where flow = $1 and trigger = 'manual' and scheduled_for >= $2 and scheduled_for < $2::timestamptz + interval '1 s'
       ), $2), $2, $3, $4) returning id`,
      [input.flow, now, toStorableJson(input.parameters), input.requestedBy],
    )
    await wakeWorkers(sql, 'run')
    return { runId: rows[0]?.id ?? '' }
  })
}
