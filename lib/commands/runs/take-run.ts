import { declaredFlowInWords } from '#lib/catalogue/resolve/declared-flow-in-words.ts'
import { parameterNames, parameterProblem } from '#lib/catalogue/resolve/flow-parameters.ts'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import type { Context, Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { notifyWorkers } from '#lib/db/listen.ts'
import { listFlows } from '#lib/db/runs/flows.ts'
import { hurryRun, isDryRunSql, listDueRuns } from '#lib/db/runs/runs.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import { CLAIMABLE_STATES } from '#lib/domain/runs/run.ts'
import { WAITS_FOR_OWN_FLOW } from '#lib/domain/runs/run-plan.ts'
import type { RunTrigger } from '#lib/domain/runs/triggers.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { parseJson } from '#lib/domain/values/json.ts'
import { toStorableText } from '#lib/domain/values/storable-text.ts'
import { canonicalText } from '#lib/records/canonical-form.ts'
import { gateOf } from './run-gate.ts'

/** A run to come: its flow, what it is told, and whose name it bears. */
export interface WantedRun {
  flow: string
  parameters: Record<string, unknown>
  requestedBy: string | null
  /** What asks for it; absent: somebody does. */
  trigger?: RunTrigger
  /** When it may begin; absent: at once. */
  at?: Instant
}

/** What a run is told, over what the catalogue says. */
export type Told = Record<string, unknown>

const FLOW = `
  select v.schema, v.document -> 'flows' -> f.name as written, coalesce(f.settings -> 'parameters', '{}') || $2::jsonb as told
  from flow f left join ${IN_FORCE} v on true
  where f.name = $1 and f.removed_at is null for update of f`

/** Locks a flow and answers what a run with these parameters is told; refused when the flow takes no such ones, or is not in the catalogue. */
export async function requireParameters(sql: Sql, name: string, parameters: Record<string, unknown>): Promise<Told> {
  const { rows } = await sql.query<{ schema: unknown; written: unknown; told: Told }>(FLOW, [name, toStorableJson(parameters)])
  const [flow] = rows
  if (flow === undefined)
    throw new TidemarkError('not-found', { publicMessage: `There is no flow "${toStorableText(name)}" in the catalogue.` })
  const problem = parameterProblem(name, flow.schema, flow.written, parameters)
  if (problem !== null) throw new TidemarkError('invalid', { publicMessage: problem })
  return flow.told
}

/** What a run may overwrite, and whether it does anything: nobody but people and the catalogue says so. */
const GUARDS = ['dryRun', 'replay', 'shrinkRatio', 'allowEmpty']

/** The members of what was told that a run of a flow takes as its parameters, but for its guards; a flow without code has no others. */
export async function fittingParameters(sql: Sql, name: string, body: unknown): Promise<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return {}
  const { rows } = await sql.query<{ schema: unknown; written: unknown }>(
    `select schema, document -> 'flows' -> $1 as written from ${IN_FORCE} v`,
    [name],
  )
  const { schema, written } = rows[0] ?? {}
  if (declaredFlowInWords(written) !== null) return {}
  const names = parameterNames(name, schema, written).filter((parameter) => !GUARDS.includes(parameter))
  const fitting = Object.entries(body).filter(([key]) => names.includes(key))
  return Object.fromEntries(fitting.filter(([key, value]) => parameterProblem(name, schema, written, { [key]: value }) === null))
}

/** Whether two runs with these parameters do the same: absent, null and false are equal, and the order of a list does not count. */
export function areSameParameters(a: Told, b: Told): boolean {
  return canonicalText(parseJson(JSON.stringify(said(a)))) === canonicalText(parseJson(JSON.stringify(said(b))))
}

function said(parameters: Told): Told {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== false))
}

/** A run that goes on, or was asked for and waits; `told` are its parameters over those of the catalogue. */
export interface OpenRun {
  id: string
  told: Told
  /** It has begun; other runs of its flow wait for it. */
  isUnderWay: boolean
  /** Somebody has cancelled it. */
  isStopping: boolean
  /** It waits until it has been quiet. */
  isPutOff: boolean
}

/** The runs of a flow that go on, and those that were asked for and wait, in the order in which they run. Planned ones are not among them. */
export async function listOpenRuns(sql: Sql, flow: string): Promise<OpenRun[]> {
  const { rows } = await sql.query<OpenRun>(
    `select r.id, coalesce(f.settings -> 'parameters', '{}') || r.parameters as told, r.cancel_at is not null as "isStopping",
       r.state = 'running' or r.attempt > 0 as "isUnderWay",
       r.state = 'scheduled' and r.attempt = 0 and r.trigger <> 'manual' and r.scheduled_for >= r.created_at + interval '1 s' as "isPutOff"
     from run r join flow f on f.name = r.flow
     where r.flow = $1 and (r.state = 'running' or (r.state = any($2) and (r.attempt > 0 or r.trigger <> 'schedule')))
     order by r.attempt = 0, r.scheduled_for, r.created_at`,
    [flow, [...CLAIMABLE_STATES]],
  )
  return rows
}

/** Asks for a new run of a flow; `isBehind`: another one of its flow goes on; `at`: when it may begin. Answers its id. */
export async function insertRun(
  sql: Sql,
  now: Instant,
  { flow, parameters, requestedBy, trigger = 'manual', at = now }: WantedRun,
  isBehind: boolean,
): Promise<string> {
  const { rows } = await sql.query<{ id: string }>(
    `insert into run (id, flow, trigger, scheduled_for, created_at, parameters, requested_by, waiting_for)
     values (gen_random_uuid(), $1, $6, coalesce((
       select max(scheduled_for) + interval '1 ms' from run
       where flow = $1 and trigger = $6 and scheduled_for >= $7 and scheduled_for < $7::timestamptz + interval '1 s'
     ), $7), $2, $3, $4, $5) returning id`,
    [flow, toText(now), toStorableJson(parameters), requestedBy, isBehind ? WAITS_FOR_OWN_FLOW : null, trigger, toText(at)],
  )
  await notifyWorkers(sql)
  return rows[0]?.id ?? ''
}

/**
 * The run that does what is wanted: one of the flow that goes on, waits or is due by its schedule with the same parameters, else a new one. A dry run of the flow
 * makes way for it, and one that waits until it has been quiet waits no longer.
 */
export async function takeRun(sql: Sql, now: Instant, wanted: WantedRun): Promise<string> {
  const told = await requireParameters(sql, wanted.flow, wanted.parameters)
  const open = await listOpenRuns(sql, wanted.flow)
  const same = open.find((run) => !run.isStopping && areSameParameters(run.told, told))
  if (same?.isPutOff === true) {
    await hurryRun(sql, same.id, now)
    await notifyWorkers(sql)
  }
  if (same !== undefined) return same.id
  const due = await findDueRun(sql, now, wanted.flow, told)
  if (due !== null) return due
  await endDryRuns(sql, now, wanted.flow)
  return insertRun(
    sql,
    now,
    wanted,
    open.some((run) => run.isUnderWay),
  )
}

/** A run of the schedule whose time has come, and that nothing but its own flow keeps from running. */
async function findDueRun(sql: Sql, now: Instant, flow: string, told: Told): Promise<string | null> {
  const flows = new Map((await listFlows(sql)).map((row) => [row.name, row]))
  for (const run of await listDueRuns(sql, now, flow)) {
    if (run.trigger !== 'schedule' || !areSameParameters({ ...flows.get(flow)?.parameters, ...run.parameters }, told)) continue
    const gate = await gateOf(sql, run, flows, now)
    if (gate === null || gate.words === WAITS_FOR_OWN_FLOW) return run.id
  }
  return null
}

/** A load is never held up by a dry run: one that goes on is stopped, one that waits runs after it. */
async function endDryRuns(sql: Sql, now: Instant, flow: string): Promise<void> {
  await sql.query(`update run set cancel_at = $2 where flow = $1 and state = 'running' and cancel_at is null and ${isDryRunSql('run')}`, [
    flow,
    toText(now),
  ])
}

/** Whose name a run or an order bears; somebody at the page whom nobody knows is "the page". */
export function nameOf({ actor }: Context): string | null {
  return actor.name ?? (actor.kind === 'visitor' ? 'the page' : null)
}
