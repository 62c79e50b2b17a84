import type { JudgedClock } from '#lib/domain/freshness/facts.ts'

/** SQL: joins the latest known value of a clock of asset `a`, of what happened last (which is not always the highest, nor what was recorded last). */
export function joinLatestArrival(clock: JudgedClock, alias: string): string {
  return `
  left join lateral (
    select x.at, x.precision from arrival x where x.asset_id = a.subject_id and x.clock = '${clock}'
    order by x.happened_at desc, x.id desc limit 1
  ) ${alias} on true`
}
