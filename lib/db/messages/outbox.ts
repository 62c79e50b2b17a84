import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Puts one message per channel and change into the outbox, due at once; a change that is there already stays as it is. */
export async function enqueueMessages(sql: Sql, at: Instant, channels: readonly string[], changeIds: readonly string[]): Promise<void> {
  if (channels.length === 0 || changeIds.length === 0) return
  await sql.query(
    `insert into outbox (channel, change_id, created_at, next_attempt_at)
     select channel, change_id, $3, $3 from unnest($1::text[]) as channel, unnest($2::bigint[]) as change_id
     order by change_id, channel
     on conflict (channel, change_id) do nothing`,
    [channels, changeIds, toText(at)],
  )
}
