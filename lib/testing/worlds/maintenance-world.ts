import { planSeries } from '#lib/commands/windows/plan-series.ts'
import { asActor } from '#lib/db/context.ts'
import { person } from '#lib/domain/access/actor.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import type { Recurrence } from '#lib/domain/time/recurrence.ts'
import { anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import { createDatabaseAt } from '#lib/testing/database/database.ts'
import { declare } from '#lib/testing/history/state-world.ts'

/** When the clock of the world stands still at first: a Tuesday, five days before clocks are set back elsewhere. */
export const START = Date.parse('2026-10-20T12:00:00Z')
export const TERMS = { kind: 'feed' as const, key: 'terms' }
export const SUNDAYS: Recurrence = {
  days: { every: 'week', interval: 1, weekdays: [7] },
  from: '02:00',
  to: '04:00',
  firstDay: '2026-10-20',
  lastDay: null,
  zone: 'America/New_York',
}
const ADA = person({ id: 'ada', name: 'Ada', role: 'engineer', audience: null })
const ROOT = person({ id: 'root', name: 'Root', role: 'admin', audience: null })

/** The feeds terms and other, an engineer (`ctx`) and an admin who announce work on them, and looks at what came of it. */
export async function openMaintenanceWorld() {
  const { database, clock, ctx: everybody } = await createDatabaseAt(START)
  const admin = asActor(everybody, ROOT)
  const ctx = asActor(everybody, ADA)
  await declare(admin, [anAsset('a', { policies: [anAge(30 * DAY_MS, 60 * DAY_MS)], blindAfterMs: null }), anAsset('b', { feed: 'other' })])
  const windows = async () => {
    const { rows } = await admin.whole.query<{ id: number; from: Date; to: Date; note: string; by: string; series: number }>(
      'select id, from_at as "from", to_at as "to", note, announced_by as by, series_id as series from maintenance_window order by from_at',
    )
    return rows.map(({ from, to, ...row }) => ({ ...row, at: `${short(from)}–${short(to).slice(6)}` }))
  }
  return {
    database,
    clock,
    admin,
    ctx,
    windows,
    times: async () => (await windows()).map(({ at }) => at),
    sundays: (own: Partial<Recurrence> = {}, note: string | null = 'Patches') =>
      planSeries(ctx, { subject: TERMS, recurrence: { ...SUNDAYS, ...own }, note }),
    endedAt: async (id: number): Promise<Date | null> =>
      (await admin.whole.query('select ended_at from maintenance_series where id = $1', [id])).rows[0].ended_at,
    audited: async () =>
      (await admin.whole.query('select actor, action, target, reason, before, after, refusal from audit order by id desc limit 1')).rows[0],
    audits: async () => Number((await admin.whole.query('select count(*) from audit')).rows[0].count),
    reset: async () => {
      clock.set(START)
      await admin.whole.query('delete from maintenance_window; delete from maintenance_series')
    },
  }
}

function short(date: Date): string {
  return date.toISOString().slice(5, 16).replace('T', ' ')
}
