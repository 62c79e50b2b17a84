import type { Sql } from '#lib/db/context.ts'
import { CLAIMABLE_STATES } from '#lib/domain/runs/run.ts'

/** A run that goes on, or was asked for and waits; with what it is told, the catalogue's parameters included. */
export interface OpenRun {
  id: string
  told: Record<string, unknown>
  /** It has begun; other runs of its flow wait for it. */
  isUnderWay: boolean
  /** Somebody has cancelled it. */
  isStopping: boolean
}

/** The runs of a flow that go on, and those that were asked for and wait, in the order in which they run. Planned ones are not among them. */
export async function listOpenRuns(sql: Sql, flow: string): Promise<OpenRun[]> {
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
