import { z } from 'zod'
import { act } from '#lib/access/act.ts'
import { parameterProblem } from '#lib/catalogue/resolve/flow-parameters.ts'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import type { Context, Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { notifyWorkers } from '#lib/db/listen.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import { CLAIMABLE_STATES } from '#lib/domain/runs/run.ts'
import { WAITS_FOR_OWN_FLOW } from '#lib/domain/runs/run-plan.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { parseJson } from '#lib/domain/values/json.ts'
import { toStorableText } from '#lib/domain/values/storable-text.ts'
import { canonicalText } from '#lib/records/canonical-form.ts'

const inputSchema = z.object({
  flow: z.string().min(1).max(200),
  parameters: z.record(z.string(), z.unknown()).default({}),
  /** Whose name the run bears, where it is not the actor's. */
  requestedBy: z.string().max(200).nullable().optional(),
})
export type RunRequest = z.input<typeof inputSchema>

/** A run that has been asked for; `waitsFor` is the one of the same flow that goes on before it may begin. */
export interface RequestedRun {
  runId: string
  waitsFor: string | null
}

/** Runs of one flow, with different parameters, that may wait at the same time. */
const WAITING_MAX = 20

const FLOW = `
  select v.schema, v.document -> 'flows' -> f.name as written, coalesce(f.settings -> 'parameters', '{}') || $2::jsonb as told
  from flow f left join ${IN_FORCE} v on true
  where f.name = $1 and f.removed_at is null for update of f`

/**
 * Asks for a run of a flow now, outside its schedule. Refused when it takes no such parameters, and when one that would do the same goes
 * on or waits; one that differs waits its turn.
 */
export async function requestRun(ctx: Context, request: RunRequest): Promise<RequestedRun> {
  const input = inputSchema.parse(request)
  const now = toText(ctx.clock.now())
  const { requestedBy = nameOf(ctx) } = input
  return act(ctx, { action: 'run.request', target: { kind: 'flow', key: input.flow } }, async (sql) => {
    const parameters = toStorableJson(input.parameters)
    const told = await requireParameters(sql, input, parameters)
    const open = await listOpenRuns(sql, input.flow)
    refuseTheSame(input.flow, open, told)
    const before = open.find((run) => run.isUnderWay)
    const { rows } = await sql.query<{ id: string }>(
      `insert into run (id, flow, trigger, scheduled_for, created_at, parameters, requested_by, waiting_for)
       values (gen_random_uuid(), $1, 'manual', coalesce((
         select max(scheduled_for) + interval '1 ms' from run
         where flow = $1 and trigger = 'manual' and scheduled_for >= $2 and scheduled_for < $2::timestamptz + interval '1 s'
       ), $2), $2, $3, $4, $5) returning id`,
      [input.flow, now, parameters, requestedBy, before === undefined ? null : WAITS_FOR_OWN_FLOW],
    )
    await notifyWorkers(sql)
    const result = { runId: rows[0]?.id ?? '', waitsFor: before?.id ?? null }
    return { result, after: { run: result.runId, parameters: told } }
  })
}

/** Somebody at the page whom nobody knows is "the page". */
function nameOf({ actor }: Context): string | null {
  return actor.name ?? (actor.kind === 'visitor' ? 'the page' : null)
}

async function requireParameters(
  sql: Sql,
  { flow: name, parameters }: z.infer<typeof inputSchema>,
  text: string,
): Promise<OpenRun['told']> {
  const { rows } = await sql.query<{ schema: unknown; written: unknown; told: OpenRun['told'] }>(FLOW, [name, text])
  const [flow] = rows
  if (flow === undefined)
    throw new TidemarkError('not-found', { publicMessage: `There is no flow "${toStorableText(name)}" in the catalogue.` })
  const problem = parameterProblem(name, flow.schema, flow.written, parameters)
  if (problem !== null) throw new TidemarkError('invalid', { publicMessage: problem })
  return flow.told
}

function refuseTheSame(flow: string, open: readonly OpenRun[], told: OpenRun['told']): void {
  const same = open.find((run) => !run.isStopping && areSameParameters(run.told, told))
  if (same !== undefined) {
    const publicMessage = same.isUnderWay
      ? `A run of ${flow} that does the same goes on already. When it has ended, ask again.`
      : `A run of ${flow} has been asked for already and has not begun yet.`
    throw new TidemarkError('conflict', { publicMessage, runId: same.id })
  }
  if (open.length > WAITING_MAX)
    throw new TidemarkError('conflict', { publicMessage: `${WAITING_MAX} runs of ${flow} wait already. When some have ended, ask again.` })
}

/** Whether two runs with these parameters do the same: absent, null and false are equal, and the order of a list does not count. */
function areSameParameters(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  return canonicalText(parseJson(JSON.stringify(told(a)))) === canonicalText(parseJson(JSON.stringify(told(b))))
}

function told(parameters: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== false))
}

/** A run that goes on, or was asked for and waits; `told` are its parameters over those of the catalogue. */
interface OpenRun {
  id: string
  told: Record<string, unknown>
  /** It has begun; other runs of its flow wait for it. */
  isUnderWay: boolean
  /** Somebody has cancelled it. */
  isStopping: boolean
}

/** The runs of a flow that go on, and those that were asked for and wait, in the order in which they run. Planned ones are not among them. */
async function listOpenRuns(sql: Sql, flow: string): Promise<OpenRun[]> {
  const { rows } = await sql.query<OpenRun>(
    `select r.id, coalesce(f.settings -> 'parameters', '{}') || r.parameters as told, r.cancel_at is not null as "isStopping",
       r.state = 'running' or r.attempt > 0 as "isUnderWay"
     from run r join flow f on f.name = r.flow
     where r.flow = $1 and (r.state = 'running' or (r.state = any($2) and (r.attempt > 0 or r.trigger = 'manual')))
     order by r.attempt = 0, r.scheduled_for, r.created_at`,
    [flow, [...CLAIMABLE_STATES]],
  )
  return rows
}
