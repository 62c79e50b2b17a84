import type { JudgedClock } from '#lib/domain/freshness/facts.ts'

/** SQL: joins the latest known value of a clock of asset `a`, of what happened last (which is not always the highest, nor what was recorded last). */
export function joinLatestArrival(clock: JudgedClock, alias: string): string {
  const latest = (source: string) => `
      (select y.id, y.at, y.precision, y.happened_at from arrival y where y.asset_id = a.subject_id and y.clock = '${clock}' and y.source ${source}
       order by y.happened_at desc, y.id desc limit 1)`
  return `
  left join lateral (
    select x.at, x.precision from (${latest("= 'ledger'")} union all ${latest("<> 'ledger'")}) x order by x.happened_at desc, x.id desc limit 1
  ) ${alias} on true`
}
