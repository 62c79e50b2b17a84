import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { FaultKind } from '#demo/campus/faults.ts'
import { coursesCatalogue } from '#lib/testing/catalogues/scenario-catalogue.ts'
import { changesOf, spansOf } from '#lib/testing/history/state-world.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'

let harness: ScenarioHarness
let good: Record<string, unknown[]>
beforeAll(async () => {
  harness = await ScenarioHarness.open('2026-11-19T05:50:00Z')
  await harness.declare(coursesCatalogue())
  await harness.until('2026-11-19T17:00:00Z')
  good = await harness.lakeContent()
})
afterAll(() => harness.close())
afterEach(() => harness.campus.control.faults.clear())

interface EndedRun {
  state: string
  problem: string
  waitedMs: number
}

async function endOf(runId: string): Promise<EndedRun | undefined> {
  const rows = await harness.rows<EndedRun>(
    'select state, problem, (extract(epoch from ended_at - started_at) * 1000)::float8 as "waitedMs" from run where id = $1',
    [runId],
  )
  return rows[0]
}

async function everythingAbout(runId: string): Promise<string> {
  const rows = await harness.rows(
    `select (select to_jsonb(r) from run r where id = $1) as run, (select jsonb_agg(l) from run_log l where run_id = $1) as log,
       (select jsonb_agg(t) from run_task t where run_id = $1) as tasks, (select jsonb_agg(x) from run_rejection x where run_id = $1) as refused`,
    [runId],
  )
  return JSON.stringify(rows)
}

function secrets(): string[] {
  const { user, password, key } = harness.campus.credentials
  return [password, key, Buffer.from(`${user}:${password}`).toString('base64')]
}

type Asked = 'peoplesoft' | 'snaplogic'

const FLOW_OF: Record<Asked, { flow: string; feed: string }> = {
  peoplesoft: { flow: 'term', feed: 'terms' },
  snaplogic: { flow: 'course', feed: 'courses' },
}

const ANSWERS: [string, Asked, FaultKind, string, string][] = [
  ['an empty term answer', 'peoplesoft', 'empty-answer', 'failed', 'without a single term'],
  ['a term answer of half the size', 'peoplesoft', 'half-the-rows', 'failed', 'too few to be true'],
  ['a missing row number', 'peoplesoft', 'missing-row-number', 'failed', 'row 2 has no row number'],
  ['a 200 with an error body', 'peoplesoft', 'error-in-200', 'failed', 'Integration Broker error, message 536'],
  ['a 401', 'peoplesoft', 'unauthorized', 'failed', 'message 536'],
  ['a 429 with Retry-After', 'peoplesoft', 'too-many-requests', 'failed', 'come back later'],
  ['a connection cut mid-body', 'peoplesoft', 'cut-body', 'failed', 'broke the connection in the middle of its answer'],
  ['an empty course answer', 'snaplogic', 'empty-answer', 'failed', 'is empty, although the lake holds 10 courses'],
  ['a course answer of half the size', 'snaplogic', 'half-the-rows', 'partial', 'too many to be true; they are kept'],
  ['a course answer with an error inside', 'snaplogic', 'error-document', 'failed', 'reports an error instead of courses (503)'],
  ['a 401 of SnapLogic', 'snaplogic', 'unauthorized', 'failed', 'refused the credentials (HTTP 401)'],
  ['a 429 with Retry-After of SnapLogic', 'snaplogic', 'too-many-requests', 'failed', 'come back later'],
  ['a course answer cut mid-body', 'snaplogic', 'cut-body', 'failed', 'in the middle of its answer'],
]

describe('gives a clear run error, and the lake keeps its good state', () => {
  it.each(ANSWERS)('%s', async (_what, system, kind, state, words) => {
    const { flow, feed } = FLOW_OF[system]
    const before = await spansOf(harness.ctx, feed, 'feed')
    harness.campus.control.faults.set(system, kind)
    const runId = await harness.reload(flow)
    expect(await endOf(runId)).toMatchObject({ state, problem: expect.stringContaining(words) })
    expect((await endOf(runId))?.problem).not.toMatch(/https?:|127\.0\.0\.1|internal log/)
    const written = await everythingAbout(runId)
    for (const secret of secrets()) expect(written).not.toContain(secret)
    expect(await harness.lakeContent()).toEqual(good)
    expect(await spansOf(harness.ctx, feed, 'feed')).toEqual(before)
  })

  it('waits as long as the 429 asks, and goes on when the system has come round', async () => {
    harness.campus.control.faults.set('peoplesoft', 'too-many-requests', { times: 1, retryAfter: '90' })
    const run = await endOf(await harness.reload('term'))
    expect(run).toMatchObject({ state: 'completed', problem: null })
    expect(run?.waitedMs).toBeGreaterThanOrEqual(90_000)
  })

  it('and the status of the feeds is the same until their deadlines', async () => {
    harness.campus.control.faults.set('snaplogic', 'unauthorized')
    await harness.until('2026-11-20T07:59:59.999Z')
    expect((await changesOf(harness.ctx, 'courses', 'feed')).slice(1)).toEqual(['19 07:00 unknown → fresh'])
    await harness.until('2026-11-20T08:00:00Z')
    expect((await spansOf(harness.ctx, 'courses', 'feed')).at(-1)).toBe('late/run-failed 20 08:00–')
    harness.campus.control.faults.set('peoplesoft', 'empty-answer')
    await harness.until('2026-11-21T06:44:59.999Z')
    expect((await changesOf(harness.ctx, 'terms', 'feed')).slice(1)).toEqual(['19 06:00 unknown → fresh'])
    await harness.until('2026-11-21T08:00:00Z')
    expect((await spansOf(harness.ctx, 'terms', 'feed')).at(-1)).toBe('late/run-failed 21 06:45–')
    expect(await harness.rows("select flow, waiting_for from run where scheduled_for = '2026-11-21T07:00:00Z'")).toEqual([
      { flow: 'course', waiting_for: 'Waits for a good run of term: the last one failed.' },
    ])
  })
})
