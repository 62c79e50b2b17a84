import type { Context } from '#lib/db/context.ts'
import type { CauseKey } from '#lib/domain/lineage/causes/cause.ts'
import { isFailure, type RunState } from '#lib/domain/runs/run.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { type IncidentLine, LINES, type LineRow, toLines } from './incident-lines.ts'

interface AskedRun {
  id: string
  /** The flow or job that ran. */
  cause: CauseKey
  state: RunState
  scheduledFor: Instant
}

/** What a run leaves behind turns late within a day, where anything waits for it daily. */
const TURNS_WITHIN_MS = DAY_MS
const SHOWN = 5

const OF_RUN = `${LINES}
  where i.withdrawn_at is null and (
    exists (select from incident_said s where s.incident_id = i.id and s.kind = 'linked' and s.words -> 'to' ->> 'id' = $1)
    or ($5 and $2 = any(i.causes) and i.opened_at <= $4 and (i.ended_at is null or i.ended_at >= $3)))
  order by i.opened_at desc, i.id desc limit ${SHOWN}`

/** The incidents that a run was linked to, and, where it failed, those that its flow or job was a cause of then. */
export async function getIncidentsOfRun(ctx: Context, { id, cause, state, scheduledFor }: AskedRun): Promise<IncidentLine[]> {
  const until = new Date(scheduledFor + TURNS_WITHIN_MS)
  const { rows } = await ctx.pool.query<LineRow>(OF_RUN, [id, cause, new Date(scheduledFor), until, isFailure(state)])
  return toLines(ctx, rows)
}
