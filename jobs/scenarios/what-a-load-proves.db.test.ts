import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { coursesCatalogue, NIGHTLY, termsCatalogue } from '#lib/testing/catalogues/scenario-catalogue.ts'
import { changesOf, spansOf } from '#lib/testing/history/state-world.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'

let harness: ScenarioHarness
beforeEach(async () => {
  harness = await ScenarioHarness.open('2026-11-19T05:50:00Z')
})
afterEach(() => harness.close())

const feed = (key = 'terms') => spansOf(harness.ctx, key, 'feed')

describe('a flow that loads every night', () => {
  it.each([
    ['at noon', '2026-11-19T17:00:00Z', '19 17:00'],
    ['in the evening', '2026-11-20T02:48:00Z', '20 02:48'],
  ])('a manual reload %s does not hide tomorrow’s missing load', async (_when, at, shown) => {
    await harness.declare(termsCatalogue())
    await harness.until(at)
    await harness.reload('term')
    await harness.until('2026-11-20T05:00:00Z')
    await harness.stopCampus()
    await harness.until('2026-11-20T07:00:00Z')
    expect(await harness.rows('select trigger, state from run where ended_at is not null order by ended_at')).toEqual([
      { trigger: 'schedule', state: 'completed' },
      { trigger: 'manual', state: 'completed' },
      { trigger: 'schedule', state: 'failed' },
    ])
    expect((await feed()).slice(-3)).toEqual([`fresh/idle ${shown}–20 06:00`, 'fresh/due 20 06:00–20 06:45', 'late/run-failed 20 06:45–'])
  })

  it.each([
    ['by its deadline', NIGHTLY],
    ['by calendar days', '{ kind: calendar-days }'],
  ])('a nightly feed is not yellow from midnight to its load, %s', async (_by, policy) => {
    await harness.declare(termsCatalogue({ policy }))
    await harness.until('2026-11-21T07:00:00Z')
    const spans = await feed()
    expect(spans[0]).toMatch(/^unknown.* 19 05:50–19 06:00$/)
    expect(spans.slice(1).every((span) => span.startsWith('fresh/'))).toBe(true)
    expect((await changesOf(harness.ctx, 'terms', 'feed')).slice(1)).toEqual(['19 06:00 unknown → fresh'])
  })

  it('a load that itself takes the newest rows away is no step back', async () => {
    await harness.declare(coursesCatalogue())
    await harness.until('2026-11-19T12:00:00Z')
    harness.campus.control.changeCourse('2267', '000003', { title: 'Changed on the second night' })
    await harness.until('2026-11-20T12:00:00Z')
    harness.campus.control.removeCourse('2267', '000003')
    await harness.until('2026-11-21T12:00:00Z')
    expect(await curatedWrites()).toEqual(['arrival 19 07:00', 'arrival 20 07:00', 'correction 19 07:00'])
    expect((await changesOf(harness.ctx, 'courses', 'feed')).slice(1)).toEqual(['19 07:00 unknown → fresh'])
    expect((await feed('courses')).at(-1)).toBe('fresh/on-time 19 07:00–')
  })

  it('a lake restored from an old backup turns late, until the next load', async () => {
    await harness.declare(coursesCatalogue())
    await harness.until('2026-11-20T12:00:00Z')
    await harness.changeLake("update course_curated.course_data_by_service set modified_date = '2026-11-12T07:00:00Z'")
    await harness.until('2026-11-20T14:00:00Z')
    expect((await feed('courses')).at(-1)).toBe('stale/old-data 20 13:50–')
    await harness.until('2026-11-21T12:00:00Z')
    expect((await feed('courses')).at(-1)).toBe('fresh/idle 21 07:00–')
  })
})

/** How the newest write of the curated courses moved, as probes saw it. */
async function curatedWrites(): Promise<string[]> {
  const rows = await harness.rows<{ text: string }>(
    `select a.kind || ' ' || to_char(a.at at time zone 'UTC', 'DD HH24:MI') as text from arrival a join subject s on s.id = a.asset_id
     where s.key = 'lake/course_curated.course_data_by_service' and a.clock = 'writtenAt' and a.run_id is null order by a.id`,
  )
  return rows.map((row) => row.text)
}
