import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { someChanges } from '#lib/testing/incidents/arbitrary-causes.ts'
import { allOf } from '#lib/testing/incidents/cause-changes.ts'
import { hadEnded, stateAsOf } from './as-of.ts'
import { foldIncidents, type News } from './fold-incidents.ts'
import { byAge, type CausesAt, type Incident, NO_INCIDENTS, SAME_INCIDENT_MS } from './incident.ts'
import { recognize } from './recognize.ts'

const runs = { numRuns: 200 }
const endOf = (changes: readonly CausesAt[]) => changes.at(-1)?.at ?? 0
const byName = (a: News, b: News) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
const openSpans = <Span extends { to: number | null }>(spans: readonly Span[]) => spans.filter(({ to }) => to === null)

/** Folded in as many steps as there are cuts, each of which may fall between two changes or at one. */
function inSteps(changes: readonly CausesAt[], cuts: readonly number[], through: number) {
  const ended: Incident[] = []
  const news: News[] = []
  let state = NO_INCIDENTS
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const until = Math.min(endOf(changes), (changes[0]?.at ?? 0) + cut * MINUTE_MS)
    const step = foldIncidents(
      state,
      changes.filter(({ at }) => at > state.through && at <= until),
      until,
    )
    state = structuredClone(step.state)
    ended.push(...step.ended)
    news.push(...step.news)
  }
  const step = foldIncidents(
    state,
    changes.filter(({ at }) => at > state.through),
    through,
  )
  return { state: step.state, ended: [...ended, ...step.ended], news: [...news, ...step.news] }
}

describe('whatever happens to causes', () => {
  test('in steps it comes to the same as at once, and the same is news', () => {
    fc.assert(
      fc.property(someChanges, fc.array(fc.nat({ max: 300 }), { maxLength: 6 }), fc.nat({ max: 30 }), (changes, cuts, later) => {
        const through = endOf(changes) + later * MINUTE_MS
        const once = foldIncidents(NO_INCIDENTS, changes, through)
        const steps = inSteps(changes, cuts, through)
        expect(allOf(steps)).toEqual(allOf(once))
        expect(steps.state).toEqual(once.state)
        expect(steps.news.sort(byName)).toEqual(once.news.sort(byName))
      }),
      runs,
    )
  })

  test('every cause belongs to one incident, which holds what its causes hold', () => {
    fc.assert(
      fc.property(someChanges, (changes) => {
        const causes = changes.at(-1)?.causes ?? []
        const { unfinished } = foldIncidents(NO_INCIDENTS, changes, endOf(changes)).state
        const roots = unfinished.flatMap((one) => openSpans(one.roots).map(({ key }) => key))
        expect(roots.sort()).toEqual(causes.map(({ key }) => key).sort())
        for (const one of unfinished) {
          const own = causes.filter(({ key }) => openSpans(one.roots).some((root) => root.key === key))
          const held = [...new Set(own.flatMap(({ heldIds }) => heldIds))].sort((a, b) => a - b)
          const members = openSpans(one.members).map(({ assetId }) => assetId)
          expect(members.sort((a, b) => a - b)).toEqual(held)
        }
      }),
      runs,
    )
  })

  test('what ended has nothing open, its last word says how it ended, and it went on in something older if it merged', () => {
    fc.assert(
      fc.property(someChanges, fc.nat({ max: 30 }), (changes, later) => {
        const folded = foldIncidents(NO_INCIDENTS, changes, endOf(changes) + later * MINUTE_MS)
        const known = new Map(allOf(folded).map((one) => [one.key, one]))
        expect(known.size).toBe(folded.ended.length + folded.state.unfinished.length)
        for (const one of folded.ended) {
          expect([...openSpans(one.roots), ...openSpans(one.members), ...openSpans(one.statuses)]).toEqual([])
          expect(one.entries.at(-1)?.kind).toBe(one.end?.how === 'merged' ? 'merged-into' : 'resolved')
          if (one.end?.how === 'merged') expect(byAge(known.get(one.end.into) ?? one, one)).toBeLessThan(0)
        }
      }),
      runs,
    )
  })

  test('what did not end has a cause, or was well for less than 15 minutes', () => {
    fc.assert(
      fc.property(someChanges, fc.nat({ max: 30 }), (changes, later) => {
        const through = endOf(changes) + later * MINUTE_MS
        const { unfinished } = foldIncidents(NO_INCIDENTS, changes, through).state
        for (const { roots } of unfinished.filter((one) => openSpans(one.roots).length === 0))
          expect(through - Math.max(...roots.map(({ to }) => to ?? 0))).toBeLessThan(SAME_INCIDENT_MS)
      }),
      runs,
    )
  })

  test('no stretch of a member overlaps another of its own, and none is empty', () => {
    fc.assert(
      fc.property(someChanges, (changes) => {
        for (const { members } of allOf(foldIncidents(NO_INCIDENTS, changes, endOf(changes))))
          for (const own of Map.groupBy(members, ({ assetId }) => assetId).values())
            for (const [index, { from, to }] of own.entries()) {
              expect(from).toBeLessThan(to ?? from + 1)
              expect(to ?? 0).toBeLessThanOrEqual(own[index + 1]?.from ?? Number.MAX_SAFE_INTEGER)
            }
      }),
      runs,
    )
  })

  test('the order in which causes are told does not matter', () => {
    fc.assert(
      fc.property(someChanges, (changes) => {
        const turned = changes.map(({ at, causes }) => ({ at, causes: causes.toReversed() }))
        expect(foldIncidents(NO_INCIDENTS, turned, endOf(changes))).toEqual(foldIncidents(NO_INCIDENTS, changes, endOf(changes)))
      }),
      runs,
    )
  })

  test('folded anew from any instant it comes to the same, and each incident is known again', () => {
    fc.assert(
      fc.property(someChanges, fc.nat({ max: 300 }), (changes, minutes) => {
        const through = endOf(changes) + SAME_INCIDENT_MS / 2
        const whole = allOf(foldIncidents(NO_INCIDENTS, changes, through))
        const from = Math.min((changes[0]?.at ?? 0) + minutes * MINUTE_MS, endOf(changes))
        const again = foldIncidents(
          stateAsOf(whole, from),
          changes.filter(({ at }) => at >= from),
          through,
        )
        const all = [...whole.filter((one) => hadEnded(one, from)), ...allOf(again)].sort(byAge)
        expect(all).toEqual(whole)
        expect([...recognize(whole, all)].every(([rebuilt, known]) => rebuilt === known)).toBe(true)
      }),
      runs,
    )
  })
})
