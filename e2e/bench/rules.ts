import { evaluate } from '#lib/domain/freshness/evaluate.ts'
import type { Arrival } from '#lib/domain/freshness/facts.ts'
import type { Policy } from '#lib/domain/freshness/policies/policy.ts'
import { prepareFacts } from '#lib/domain/freshness/prepare-facts.ts'
import { timeline } from '#lib/domain/freshness/timeline.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { type Figure, timed } from './report.ts'

const ZONE = 'America/New_York'
const NOW = Date.parse('2026-11-20T15:00:00Z')
const FROM = NOW - 90 * DAY_MS

const POLICIES: Policy[] = [
  { kind: 'calendar-days', clock: 'loadedAt', zone: ZONE, calendar: null, lateAfterDays: 1, staleAfterDays: 100, by: '08:00' },
  { kind: 'age', clock: 'loadedAt', zone: ZONE, calendar: null, lateAfterMs: 26 * HOUR_MS, staleAfterMs: 4 * DAY_MS },
  {
    kind: 'deadline',
    clock: 'loadedAt',
    zone: ZONE,
    calendar: null,
    cron: '0 2 * * *',
    graceMs: HOUR_MS,
    staleAfterMs: 2 * DAY_MS,
    opensBeforeMs: null,
    writer: null,
  },
]

function nightlyArrivals(): Arrival[] {
  return Array.from({ length: 90 }, (_, day) => FROM + day * DAY_MS + 7 * HOUR_MS)
    .filter((_, day) => day % 11 !== 0)
    .map((at) => ({
      clock: 'loadedAt',
      at,
      recordedAt: at,
      witness: 'ledger',
      happenedAt: at,
      kind: 'arrival',
      precision: 'instant',
      rows: 100,
    }))
}

/** How fast the rules are: `evaluate` at changing instants, and whole 90-day timelines. */
export async function measureRules(): Promise<Figure[]> {
  const facts = prepareFacts({ createdAt: FROM, arrivals: nightlyArrivals(), runs: [], probedAt: NOW, blind: [], lasting: [], windows: [] })
  const settings = POLICIES.map((policy) => ({ feed: 'bench', promised: true, policies: [policy], blindAfterMs: null }))
  const rounds = 100_000
  const evaluated = await timed(() => {
    for (let round = 0; round < rounds; round += 1) {
      for (const each of settings) evaluate(each, facts, FROM + ((round * 7919) % 89) * DAY_MS + (round % 1440) * 60_000)
    }
  })
  const timelines = 1000
  const walked = await timed(() => {
    for (let round = 0; round < timelines; round += 1) {
      for (const each of settings) timeline([{ from: FROM, settings: each }], facts, FROM, NOW)
    }
  })
  return [
    {
      name: 'evaluate, per second (three policies, 82 arrivals)',
      value: Math.round((rounds * settings.length * 1000) / evaluated.ms).toLocaleString('en'),
    },
    { name: '90-day timelines, per second', value: Math.round((timelines * settings.length * 1000) / walked.ms).toLocaleString('en') },
  ]
}
