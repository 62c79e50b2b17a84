import { z } from 'zod'
import type { Context } from '#lib/db/context.ts'
import { type Gate, type GateCondition, type GateSight, gate, gateConditionText, readGateCondition } from '#lib/domain/freshness/gate.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { joinLatestArrival } from '#lib/queries/shared/latest-arrival.ts'
import { toTime } from './list.ts'
import { wholeNumber } from './questions.ts'
import { statusSchema, timeSchema } from './shapes.ts'

const GATE_SECONDS_MAX = 60
const GATE_PATTERN =
  '^(fresh|loaded-after=[12]\\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,3})?)?(Z|[+-](0\\d|1[0-3]):[0-5]\\d))$'

export const gateQuestion = z.object({
  until: z
    .string()
    .transform((text, issues): GateCondition => {
      const condition = readGateCondition(text)
      if (condition !== null) return condition
      issues.addIssue({
        code: 'custom',
        message: 'is fresh, or loaded-after= and an instant with its offset, such as loaded-after=2026-11-29T04:00:00Z',
      })
      return z.NEVER
    })
    .default({ kind: 'fresh' })
    .meta({
      description: '`fresh`, or `loaded-after=2026-11-29T04:00:00Z`: everything the feed is judged by was loaded after that instant.',
      override: { type: 'string', pattern: GATE_PATTERN, default: 'fresh' },
    }),
  wait: wholeNumber(0, GATE_SECONDS_MAX).default(0).meta({
    description:
      'Seconds to wait for the gate to open before the answer comes; it comes after 55 at the latest, for proxies that wait a minute.',
  }),
})

export const gateSchema = z
  .object({
    feed: z.string(),
    until: z.string(),
    open: z.boolean().meta({ description: 'Whether those who wait may go on.' }),
    reason: z.string().meta({ description: 'Why, in words for people.' }),
    status: statusSchema,
    dueAt: timeSchema.nullable().meta({ description: 'The next moment something is expected of the feed.' }),
    askAgainAfterSeconds: z
      .int()
      .nullable()
      .meta({ description: 'How long to pause before the next question; null: there is no need to.' }),
  })
  .meta({ id: 'Gate', description: 'Whether somebody who waits for a feed may go on.' })

export interface FeedGate extends Gate {
  status: GateSight['status']
  dueAt: Instant | null
}

const SIGHT = `
  select s.name, sp.status, sp.reason, l.due_at as "dueAt", coalesce(l.loads, '{}') as loads
  from subject s
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  left join lateral (
    select min((a.verdict->>'dueAt')::float8) as due_at, array_agg(${instant('coalesce(loaded.at, written.at)')}) as loads
    from asset a join subject n on n.id = a.subject_id and n.removed_at is null
    ${joinLatestArrival('loadedAt', 'loaded')} ${joinLatestArrival('writtenAt', 'written')}
    where a.feed_id = s.id and (a.promised or not exists (
      select 1 from asset p join subject ps on ps.id = p.subject_id and ps.removed_at is null where p.feed_id = s.id and p.promised))
  ) l on true
  where s.kind = 'feed' and s.key = $1 and s.removed_at is null`

/** Whether the gate of a feed is open now; null when there is no such feed. */
export async function getFeedGate(ctx: Context, feed: string, condition: GateCondition): Promise<FeedGate | null> {
  const { rows } = await ctx.pool.query<GateSight & { dueAt: Instant | null }>(SIGHT, [feed])
  const sight = rows[0]
  return sight === undefined ? null : { ...gate(sight, condition), status: sight.status, dueAt: sight.dueAt }
}

/** A gate as the API tells it; `pauseSeconds` is how long whoever found it closed lets pass before they ask again. */
export function toGateAnswer(feed: string, condition: GateCondition, found: FeedGate, pauseSeconds: number): z.infer<typeof gateSchema> {
  const { isOpen, reason, status, dueAt } = found
  const askAgainAfterSeconds = isOpen ? null : pauseSeconds
  return { feed, until: gateConditionText(condition), open: isOpen, reason, status, dueAt: toTime(dueAt), askAgainAfterSeconds }
}
