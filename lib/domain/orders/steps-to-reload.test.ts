import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import { type PlannedAsset, stepsToReload } from './steps-to-reload.ts'

const asset = (id: number, feedId: number, flow: string | null, status: Status | null): PlannedAsset => ({
  id,
  feedId,
  flow,
  job: null,
  canStart: false,
  status,
})
const byJob = (id: number, feedId: number, job: string, status: Status | null, canStart = true) => ({
  ...asset(id, feedId, null, status),
  job,
  canStart,
})
const chain = (...ids: number[]) => ids.slice(1).map((downstreamId, i) => ({ upstreamId: ids[i] ?? 0, downstreamId }))
const planned = (assets: PlannedAsset[], edges = chain(...assets.map(({ id }) => id)), after: Record<string, string[]> = {}) =>
  stepsToReload(1, assets, edges, new Map(Object.entries(after)))
const names = (scope: ReturnType<typeof planned>) => scope.steps.map(({ name }) => name)

describe('a reload', () => {
  it('runs the flow of the feed, even when nothing is wrong', () => {
    expect(planned([asset(1, 1, 'course', 'fresh')])).toEqual({
      steps: [{ kind: 'flow', name: 'course', isOwn: true }],
      watchedIds: [],
      elsewhere: [],
    })
  })

  it('runs first what writes the root, when the cause is upstream', () => {
    const scope = planned([asset(1, 3, 'term', 'stale'), asset(2, 2, 'course', 'late'), asset(3, 1, 'seats', 'late')])
    expect(scope.steps).toEqual([
      { kind: 'flow', name: 'term', isOwn: false },
      { kind: 'flow', name: 'course', isOwn: false },
      { kind: 'flow', name: 'seats', isOwn: true },
    ])
  })

  it('leaves out what is healthy, and what is wrong only behind something healthy', () => {
    expect(names(planned([asset(1, 3, 'term', 'stale'), asset(2, 2, 'course', 'fresh'), asset(3, 1, 'seats', 'late')]))).toEqual(['seats'])
    expect(names(planned([asset(1, 3, 'term', 'maintenance'), asset(3, 1, 'seats', 'late')]))).toEqual(['seats'])
  })

  it.each(['late', 'stale', 'unknown'] as const)('runs what writes something %s upstream', (status) => {
    expect(names(planned([asset(1, 3, 'term', status), asset(3, 1, 'seats', 'late')]))).toEqual(['term', 'seats'])
  })

  it('looks through up to three assets in between that nothing judges', () => {
    const between = (count: number) => Array.from({ length: count }, (_, i) => asset(10 + i, 2, null, null))
    const through = (count: number) => names(planned([asset(1, 3, 'term', 'stale'), ...between(count), asset(3, 1, 'seats', 'late')]))
    expect(through(3)).toEqual(['term', 'seats'])
    expect(through(4)).toEqual(['seats'])
  })

  it('of a feed that nobody loads runs what loads the things it is made from, and nothing when nobody loads these', () => {
    expect(planned([asset(1, 3, 'term', 'stale'), asset(2, 1, null, 'stale')]).steps).toEqual([
      { kind: 'flow', name: 'term', isOwn: false },
    ])
    expect(planned([asset(1, 3, null, 'stale'), asset(2, 1, null, 'stale')])).toEqual({ steps: [], watchedIds: [1], elsewhere: [] })
  })

  it('names what is wrong upstream and only watched, and still runs what is below it', () => {
    const scope = planned([asset(1, 3, null, 'unknown'), asset(2, 2, 'course', 'late'), asset(3, 1, 'seats', 'late')])
    expect(names(scope)).toEqual(['course', 'seats'])
    expect(scope.watchedIds).toEqual([1])
  })

  it('runs two flows of one feed in the order in which one is made from the other, or comes after it', () => {
    expect(names(planned([asset(1, 1, 'z-raw', 'late'), asset(2, 1, null, null), asset(3, 1, 'a-curated', 'late')]))).toEqual([
      'z-raw',
      'a-curated',
    ])
    const apart = [asset(1, 1, 'z', 'late'), asset(2, 1, 'a', 'late')]
    expect(names(planned(apart, []))).toEqual(['a', 'z'])
    expect(names(planned(apart, [], { a: ['z', 'elsewhere'] }))).toEqual(['z', 'a'])
  })

  it('runs a job of another system that can be started like a flow, where it stands in the lineage, however many assets it writes', () => {
    const scope = planned([
      asset(1, 3, 'ingest', 'stale'),
      byJob(2, 2, 'dbt/7', 'late'),
      byJob(3, 1, 'dbt/7', 'late'),
      asset(4, 1, 'extract', 'late'),
    ])
    expect(scope).toEqual({
      steps: [
        { kind: 'flow', name: 'ingest', isOwn: false },
        { kind: 'job', name: 'dbt/7', isOwn: true },
        { kind: 'flow', name: 'extract', isOwn: true },
      ],
      watchedIds: [],
      elsewhere: [],
    })
    expect(planned([byJob(1, 1, 'course', 'fresh'), asset(2, 1, 'course', 'fresh')]).steps).toEqual([
      { kind: 'job', name: 'course', isOwn: true },
      { kind: 'flow', name: 'course', isOwn: true },
    ])
  })

  it('names the jobs that somebody has to start in their own system, of the feed itself and of what is wrong before it, and runs the rest', () => {
    const scope = planned([
      byJob(1, 3, 'fivetran/crm', 'stale', false),
      byJob(2, 2, 'dbt/7', 'late'),
      byJob(3, 1, 'looker/pdt', 'late', false),
      byJob(4, 1, 'looker/pdt', 'fresh', false),
    ])
    expect(scope).toEqual({
      steps: [{ kind: 'job', name: 'dbt/7', isOwn: false }],
      watchedIds: [],
      elsewhere: [
        { job: 'looker/pdt', isOwn: true },
        { job: 'fivetran/crm', isOwn: false },
      ],
    })
    expect(planned([byJob(1, 3, 'fivetran/crm', 'fresh', false), asset(2, 1, 'seats', 'late')]).elsewhere).toEqual([])
  })

  it('ends where the lineage goes in circles, with what is upstream first', () => {
    const round = [asset(1, 2, 'course', 'late'), asset(2, 1, 'seats', 'late')]
    expect(names(planned(round, [...chain(1, 2), ...chain(2, 1), ...chain(1, 1)]))).toEqual(['course', 'seats'])
  })
})

const status = fc.constantFrom<(Status | null)[]>('fresh', 'late', 'stale', 'unknown', 'maintenance', null)
const graph = fc.record({
  assets: fc
    .array(
      fc.record({
        feedId: fc.integer({ min: 1, max: 4 }),
        flow: fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e')),
        job: fc.option(fc.constantFrom('s/a', 's/b')),
        canStart: fc.boolean(),
        status,
      }),
      {
        minLength: 1,
        maxLength: 12,
      },
    )
    .map((found) => found.map((each, id) => ({ id, ...each }))),
  edges: fc.array(fc.record({ upstreamId: fc.nat(11), downstreamId: fc.nat(11) }), { maxLength: 30 }),
})

describe('whatever the lineage', () => {
  const writerOf = ({ flow, job, canStart }: PlannedAsset) => flow ?? (canStart ? job : null)

  it('every flow and startable job of the feed runs, each once, and what writes nothing wrong upstream does not', () => {
    fc.assert(
      fc.property(graph, ({ assets, edges }) => {
        const { steps } = stepsToReload(1, assets, edges, new Map())
        const own = new Set(assets.flatMap((each) => (each.feedId === 1 ? (writerOf(each) ?? []) : [])))
        expect(new Set(steps.map(({ name }) => name)).size).toBe(steps.length)
        expect(new Set(steps.filter(({ isOwn }) => isOwn).map(({ name }) => name))).toEqual(own)
        for (const { name, isOwn } of steps)
          if (!isOwn)
            expect(assets.some((each) => writerOf(each) === name && ['late', 'stale', 'unknown'].includes(each.status ?? ''))).toBe(true)
      }),
    )
  })

  it('the order keeps to the lineage wherever that goes in no circles', () => {
    fc.assert(
      fc.property(graph, ({ assets, edges }) => {
        const downward = edges.filter(({ upstreamId, downstreamId }) => upstreamId < downstreamId)
        // A writer of its own for each asset: so they go in no circles, either.
        const single = assets.map((each) => ({ ...each, job: null, flow: each.flow === null ? null : `flow ${each.id}` }))
        const order = names(stepsToReload(1, single, downward, new Map()))
        for (const { upstreamId, downstreamId } of downward) {
          const [first, second] = [order.indexOf(`flow ${upstreamId}`), order.indexOf(`flow ${downstreamId}`)]
          if (first >= 0 && second >= 0) expect(first).toBeLessThan(second)
        }
      }),
    )
  })
})
