import { act } from '#lib/access/act.ts'
import type { Context } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { notifyWorkers } from '#lib/db/listen.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'

/** Nobody is asked again sooner after a look. */
const LOOKED_JUST_NOW_MS = 10 * SECOND_MS

/** Has the workers look at once at what a feed is made of: every system behind its assets, none that was looked at a moment ago. */
export function lookNow(ctx: Context, { feed: key }: { feed: string }): Promise<{ connections: string[] }> {
  return act(ctx, { action: 'feed.look', target: { kind: 'feed', key } }, async (sql) => {
    const now = ctx.clock.now()
    const { rows: watched } = await sql.query<{ key: string }>(
      `select distinct c.key from subject fs join asset a on a.feed_id = fs.id join subject s on s.id = a.subject_id and s.removed_at is null
       join connection_state c on c.key = a.connection_key and c.removed_at is null
       where fs.kind = 'feed' and fs.key = $1 and fs.removed_at is null`,
      [key],
    )
    if (watched.length === 0)
      throw new TidemarkError('not-found', { publicMessage: 'There is no such feed, or nothing of it can be looked at.' })
    const { rows: due } = await sql.query<{ key: string }>(
      `update connection_state set next_probe_at = $2
       where key = any($1::text[]) and next_probe_at is not null and coalesce(greatest(ok_at, failed_at) < $3, true) returning key`,
      [watched.map((row) => row.key), toText(now), toText(now - LOOKED_JUST_NOW_MS)],
    )
    if (due.length === 0) throw new TidemarkError('conflict', { publicMessage: 'It was looked at a moment ago.', feedKey: key })
    await notifyWorkers(sql)
    const connections = due.map((row) => row.key).sort()
    return { result: { connections }, after: { connections } }
  })
}
