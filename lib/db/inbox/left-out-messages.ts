import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A message that a flow leaves out, and why; `isAgain`: its queue hands it out once more. */
export interface LeftOut {
  reason: string
  isAgain: boolean
}

/** Notes that a flow has left a message out, and why. One that comes again was noted when it came first, unless nothing is noted yet. */
export async function noteLeftOut(sql: Sql, flow: string, { reason, isAgain }: LeftOut, now: Instant): Promise<void> {
  await sql.query(
    `insert into left_out_message as l (flow_key, count, last_at, reason) values ($1, 1, $2, $3)
     on conflict (flow_key) do update set count = l.count + 1, last_at = excluded.last_at, reason = excluded.reason where not $4`,
    [flow, toText(now), reason, isAgain],
  )
}
