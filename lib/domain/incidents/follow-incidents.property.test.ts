import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Instant, MINUTE_MS, ORDINARY_MONDAY } from '#lib/domain/time/instant.ts'
import { someChanges } from '#lib/testing/incidents/arbitrary-causes.ts'
import { allOf } from '#lib/testing/incidents/cause-changes.ts'
import { hadEnded } from './as-of.ts'
import { foldIncidents, type News } from './fold-incidents.ts'
import { followIncidents, type KnownIncidents } from './follow-incidents.ts'
import { byAge, type CausesAt, type Incident, type IncidentKey, NO_INCIDENTS } from './incident.ts'

const ENDS = new Set<string>(['resolved', 'merged-into'])
const runs = { numRuns: 300 }

/** After so many minutes more is known: that from so many minutes before on all was otherwise, or nothing of the kind. */
const someHistory = fc.array(
  fc.record({ afterMinutes: fc.integer({ min: 1, max: 60 }), backMinutes: fc.option(fc.nat({ max: 120 })), changes: someChanges }),
  { minLength: 1, maxLength: 5 },
)

type Step = ReturnType<typeof someHistory.generate>['value'][number]

/** What is known in the end, what was true, and what was told in each step. */
function live(steps: readonly Step[]) {
  let known: KnownIncidents = { through: ORDINARY_MONDAY, incidents: [], told: new Set(), taken: new Set() }
  let truth: CausesAt[] = []
  const told: News[][] = []
  for (const [index, { afterMinutes, backMinutes, changes }] of steps.entries()) {
    const now = known.through + afterMinutes * MINUTE_MS
    const back = backMinutes ?? (index === 0 ? 0 : null)
    const from = back === null ? known.through + 1 : Math.max(ORDINARY_MONDAY, known.through - back * MINUTE_MS)
    if (back !== null)
      truth = [...truth.filter(({ at }) => at < from), ...changes.map((one) => ({ ...one, at: one.at - ORDINARY_MONDAY + from }))]
    const {
      incidents,
      gone,
      news,
      told: standing,
    } = followIncidents(changeable(known, from), { from, changes: truth.filter(({ at }) => at >= from && at <= now) }, now)
    const moved = new Set([...incidents.map(({ key }) => key), ...gone.map(({ key }) => key)])
    known = {
      ...known,
      through: now,
      incidents: [...known.incidents.filter(({ key }) => !moved.has(key)), ...incidents].sort(byAge),
      told: standing,
    }
    told.push(news)
  }
  return { known, truth: truth.filter(({ at }) => at <= known.through), told }
}

/** What is known, without the incidents that had ended. */
function changeable(known: KnownIncidents, from: Instant): KnownIncidents {
  const [ended, incidents] = [known.incidents.filter((one) => hadEnded(one, from)), known.incidents.filter((one) => !hadEnded(one, from))]
  return { ...known, incidents, taken: new Set(ended.map(({ key }) => key)) }
}

/** An incident under no key. */
function unnamed({ openedAt, openedBy, end, roots, members, statuses }: Incident) {
  return { openedAt, openedBy, endedAt: end?.at, how: end?.how, roots, members, statuses }
}

describe('whatever late evidence comes', () => {
  test('what is known is what a rebuild of everything gives, under other keys at most', () => {
    fc.assert(
      fc.property(someHistory, (steps) => {
        const { known, truth } = live(steps)
        expect(known.incidents.map(unnamed)).toEqual(allOf(foldIncidents(NO_INCIDENTS, truth, known.through)).map(unnamed))
        expect(new Set(known.incidents.map(({ key }) => key)).size).toBe(known.incidents.length)
      }),
      runs,
    )
  })

  test('nobody is told twice that something began or ended, and everybody knows in the end what stands', () => {
    fc.assert(
      fc.property(someHistory, (steps) => {
        const { known, told } = live(steps)
        expect(known.told).toEqual(heard(told.flat()))
        const standing = known.incidents.filter(({ end, roots }) => end === null && roots.some(({ to }) => to === null))
        for (const { key } of standing) expect(known.told).toContain(key)
        const unfinished = known.incidents.filter(({ end }) => end === null).map(({ key }) => key)
        for (const key of known.told) expect(unfinished).toContain(key)
      }),
      runs,
    )
  })
})

/** What stands for somebody who heard it all; refuses what makes no sense to them. */
function heard(news: readonly News[]): Set<IncidentKey> {
  const standing = new Set<IncidentKey>()
  for (const { incident, entry } of news) {
    const begins = entry.kind === 'opened' || (entry.kind === 'reopened' && !standing.has(incident))
    expect([incident, entry.kind, standing.has(incident)]).toEqual([incident, entry.kind, !begins])
    if (begins) standing.add(incident)
    if (ENDS.has(entry.kind)) standing.delete(incident)
  }
  return standing
}
