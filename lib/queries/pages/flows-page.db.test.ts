import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWindow } from '#lib/commands/windows/open-window.ts'
import type { FlowCard } from '#lib/queries/runs/flow-cards.ts'
import { coursesCatalogue } from '#lib/testing/catalogues/scenario-catalogue.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'
import { getFlowPage } from './flow-page.ts'
import { type FlowFilter, getFlowsPage } from './flows-page.ts'

const RECIPE = `
  parking-permits:
    feed: student_life/parking
    schedule: "20 4 * * 1"
    rejectTolerance: 0.05
    extract: { from: lake/public.permits }
    select: { permit_id: id, plate: plate }
    load: { into: lake/parking.permits, mode: merge, key: permit_id }
`

let harness: ScenarioHarness
beforeAll(async () => {
  harness = await ScenarioHarness.open('2026-11-19T12:00:00Z')
  await harness.declare(`${coursesCatalogue().trimEnd()}${RECIPE}`)
  await harness.reload('term')
  await harness.reload('parking-permits')
  await openWindow(harness.ctx, {
    subject: { kind: 'feed', key: 'courses' },
    kind: 'paused',
    from: harness.clock.now(),
    to: null,
    note: 'Summer',
  })
})
afterAll(() => harness.close())

const ALL: FlowFilter = { q: null, group: null, health: null }
const page = async (filter: Partial<FlowFilter> = {}) => {
  const found = await getFlowsPage(harness.ctx, { ...ALL, ...filter })
  if (found === null) throw new Error('no page')
  return found
}
const names = async (filter: Partial<FlowFilter>) => (await page(filter)).groups.flatMap(({ flows }) => flows.map(({ name }) => name))
const card = async (name: string): Promise<FlowCard> => {
  const found = await getFlowPage(harness.ctx, name)
  if (found === null) throw new Error(`no ${name}`)
  return found.card
}

describe('the card of a flow', () => {
  it('with code says when it runs, what it reads and writes, and how it went', async () => {
    expect(await card('term')).toMatchObject({
      cron: '0 1 * * *',
      zone: 'America/New_York',
      after: [],
      nextRunAt: Date.parse('2026-11-20T06:00Z'),
      dueAt: Date.parse('2026-11-20T06:00Z'),
      reads: ['peoplesoft/BU_TERM_QRY'],
      connections: [
        { key: 'peoplesoft', name: 'peoplesoft' },
        { key: 'lake', name: 'lake' },
      ],
      declaredFlow: null,
      source: { file: 'tidemark.yaml', yaml: 'term: {}' },
      feeds: [{ key: 'terms', name: 'Terms' }],
      group: { key: 'records', name: 'Student records' },
      last: { state: 'completed', trigger: 'manual' },
      running: null,
      paused: null,
      health: 'completed',
    })
    const { watched, reads, writes } = await card('term')
    expect(watched).toEqual([...reads, ...writes])
  })

  it('without code says what it takes and where to', async () => {
    expect(await card('parking-permits')).toMatchObject({
      cron: '20 4 * * 1',
      rejectTolerance: 0.05,
      declaredFlow: {
        from: 'lake/public.permits',
        columns: expect.arrayContaining(['permit_id ← id', 'plate']),
        to: 'lake/parking.permits',
        writing: ['merged by permit_id'],
      },
      takes: ['allowEmpty', 'dryRun', 'shrinkRatio'],
      feeds: [{ key: 'parking' }],
      last: { state: 'failed', problem: expect.any(String) },
      health: 'failed',
    })
    expect((await card('parking-permits')).source?.yaml).toContain('feed: student_life/parking')
  })

  it('says that what it writes is paused, and which parameters it has', async () => {
    expect(await card('course')).toMatchObject({
      after: ['term'],
      parameters: { terms: ['2267'] },
      paused: { since: harness.clock.now(), until: null, note: 'Summer' },
      last: null,
      health: 'paused',
    })
  })

  it('counts the files of its inbox that have failed, in whichever run: the last one may know nothing of them', async () => {
    const insert = (key: string, state: string, flow: string) =>
      harness.ctx.whole.query(
        `insert into inbox_file (flow_key, source, bucket, key, key_hash, version, state, arrived_at, due_at) values ($1, 'b', 's', $2, $2, '1', $3, $4, $4)`,
        [flow, key, state, new Date(harness.clock.now())],
      )
    await insert('a', 'failed', 'term')
    await insert('b', 'landed', 'term')
    await insert('c', 'failed', 'course')
    await insert('d', 'failed', 'term')
    expect(await card('term')).toMatchObject({ failedFiles: 2, health: 'completed', last: { state: 'completed' } })
    await harness.ctx.whole.query('delete from inbox_file')
    expect(await card('term')).toMatchObject({ failedFiles: 0 })
  })

  it('is not there for a flow nobody named', async () => {
    expect(await getFlowPage(harness.ctx, 'nobody')).toBeNull()
  })
})

describe('the page of flows', () => {
  it('has every flow under the group it writes for, in the order of the page', async () => {
    const { groups, total, shown, counts, groupNames } = await page()
    expect(groups.map(({ key, flows }) => [key, flows.map(({ name }) => name)])).toEqual([
      ['records', ['course', 'term']],
      ['student_life', ['parking-permits']],
    ])
    expect({ total, shown, counts }).toEqual({ total: 3, shown: 3, counts: { completed: 1, failed: 1, paused: 1 } })
    expect(groupNames).toEqual([
      { key: 'records', name: 'Student records' },
      { key: 'student_life', name: 'Student life' },
    ])
  })

  it.each<[Partial<FlowFilter>, string[]]>([
    [{ q: 'PEOPLESOFT' }, ['term']],
    [{ q: 'snaplogic course' }, ['course']],
    [{ q: 'merge permit' }, ['parking-permits']],
    [{ q: 'nothing like it' }, []],
    [{ group: 'records' }, ['course', 'term']],
    [{ health: 'failed' }, ['parking-permits']],
    [{ group: 'records', health: 'failed' }, []],
  ])('asked for %j shows %j', async (filter, found) => {
    expect(await names(filter)).toEqual(found)
  })

  it('counts the states among what else was asked for', async () => {
    expect((await page({ group: 'records', health: 'failed' })).counts).toEqual({ completed: 1, paused: 1 })
  })
})
