import type { Context } from '#lib/db/context.ts'
import type { LateDelivery } from '#lib/domain/freshness/days/day-status.ts'
import { lateInWords } from '#lib/domain/freshness/days/delivery-words.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import type { DayPassed } from './day-passed.ts'

/** What came for the promised assets of a feed on a day. */
export interface DayArrivals {
  count: number
  firstAt: Instant
  lastAt: Instant
  /** How far the data of the last arrivals reach, the oldest of them; null: nothing tells. */
  dataThroughAt: Instant | null
  /** That is the end of a local day: the source only knows dates. */
  dataThroughIsDay: boolean
}

/** The deliveries of a feed on a day that is over. */
export interface DayDue {
  expected: number
  missed: number
  cameLate: number
  /** Of those that came late some, the latest first. */
  late: string[]
}

const own = (source: string) => `
  select y.happened_at, y.at, y.precision from arrival y
  where y.asset_id = a.subject_id and y.clock = c.clock and y.source ${source} and y.kind = 'arrival' and y.at is not null
    and y.happened_at >= $1 and y.happened_at < $2`

/** One load moves several clocks: of each asset the best one counts, and of the data the oldest. */
const ARRIVALS = `
  with told as (
    select a.feed_id, a.subject_id, c.clock, c.rank, x.*
    from asset a join subject s on s.id = a.subject_id and s.removed_at is null
    cross join (values ('loadedAt'::judged_clock, 1), ('writtenAt'::judged_clock, 2), ('dataThroughAt'::judged_clock, 3)) c(clock, rank)
    cross join lateral (
      select count(*)::int as count, min(z.happened_at) as first, max(z.happened_at) as last,
        (array_agg(z.at order by z.happened_at desc))[1] as through, (array_agg(z.precision order by z.happened_at desc))[1] as precision
      from (${own("= 'ledger'")} union all ${own("<> 'ledger'")}) z
    ) x
    where a.promised and x.count > 0
  ), best as (select distinct on (subject_id) * from told order by subject_id, rank)
  select b.feed_id as id, sum(b.count)::int as count, ${instant('min(b.first)')} as "firstAt", ${instant('max(b.last)')} as "lastAt",
    ${instant("(select min(t.through) from told t where t.feed_id = b.feed_id and t.clock = 'dataThroughAt')")} as "dataThroughAt",
    coalesce((select bool_and(t.precision = 'day') from told t where t.feed_id = b.feed_id and t.clock = 'dataThroughAt'), false) as "dataThroughIsDay"
  from best b group by b.feed_id`

/** What came on a day, by feed. */
export async function getDayArrivals(ctx: Context, { start, until }: DayPassed): Promise<Map<number, DayArrivals>> {
  const { rows } = await ctx.pool.query<DayArrivals & { id: number }>(ARRIVALS, [new Date(start), new Date(until)])
  return new Map(rows.map(({ id, ...arrivals }) => [id, arrivals]))
}

const DUE = `
  select d.subject_id as id, d.expected, d.missed, d.came_late as "cameLate", d.late_deliveries as late
  from day_status d join feed f on f.subject_id = d.subject_id where d.day = $1::date and d.expected > 0`

const LATE_SHOWN = 3

/** What was due on a day that is over, by feed; one of which nothing was due is left out. */
export async function getDayDue(ctx: Context, { day }: DayPassed, zone: string): Promise<Map<number, DayDue>> {
  const { rows } = await ctx.pool.query<Omit<DayDue, 'late'> & { id: number; late: LateDelivery[] }>(DUE, [day])
  return new Map(rows.map(({ id, late, ...due }) => [id, { ...due, late: late.slice(0, LATE_SHOWN).map((one) => lateInWords(one, zone)) }]))
}
