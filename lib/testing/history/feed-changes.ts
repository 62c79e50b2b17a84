import type { Context } from '#lib/db/context.ts'
import { putSetting } from '#lib/db/settings.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Inserts a page, a group and a feed; answers the feed's id. */
export async function makeFeed(ctx: Context, key: string, names: { feed?: string; group?: string } = {}): Promise<number> {
  const { rows } = await ctx.pool.query<{ id: number }>(
    `with g as (
       insert into subject (kind, key, name, created_at) values ('group', $1 || '-group', $2, $4) returning id
     ), s as (
       insert into subject (kind, key, name, created_at) values ('feed', $1, $3, $4) returning id
     )
     insert into feed (subject_id, group_id, owner, settings)
     select s.id, g.id, 'owner@campus.example', '{"promise": "every day at 01:00"}' from s, g returning subject_id as id`,
    [key, names.group ?? 'Student records', names.feed ?? 'Terms', new Date(ctx.clock.now())],
  )
  return rows[0]?.id ?? 0
}

export async function makePage(ctx: Context, tell: Record<string, unknown> = {}): Promise<void> {
  await putSetting(ctx.pool, 'page', {
    name: 'Campus data',
    zone: 'America/New_York',
    readyBy: '08:00',
    url: 'https://status.campus.example/',
    demo: false,
  })
  await putSetting(ctx.pool, 'tell', { email: null, webhook: null, heartbeat: null, ...tell })
}

interface ChangeOptions {
  feedId: number
  from?: Status | null
  to?: Status | null
  at?: Instant
  rewrite?: boolean
  explanation?: string
  channels?: readonly string[]
}

/** One logged change of a feed, dated now unless said otherwise; answers its id. */
export async function makeChange(ctx: Context, change: ChangeOptions): Promise<string> {
  const now = new Date(ctx.clock.now())
  const { rows } = await ctx.pool.query<{ id: string }>(
    `insert into status_change (subject_id, from_status, to_status, reason, at, recorded_at, rewrite, explanation)
     values ($1, $2, $3, 'run-failed', $4, $5, $6, $7) returning id`,
    [
      change.feedId,
      change.from === undefined ? 'fresh' : change.from,
      change.to === undefined ? 'late' : change.to,
      new Date(change.at ?? ctx.clock.now()),
      now,
      change.rewrite ?? false,
      change.explanation ?? null,
    ],
  )
  const id = rows[0]?.id ?? ''
  for (const channel of change.channels ?? []) {
    await ctx.pool.query('insert into outbox (channel, change_id, created_at, next_attempt_at) values ($1, $2, $3, $3)', [channel, id, now])
  }
  return id
}
