import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import { flowsToReload, type PlannedAsset } from './flows-to-reload.ts'

const asset = (id: number, feedId: number, flow: string | null, status: Status | null): PlannedAsset => ({ id, feedId, flow, status })
const chain = (...ids: number[]) => ids.slice(1).map((downstreamId, i) => ({ upstreamId: ids[i] ?? 0, downstreamId }))
const planned = (assets: PlannedAsset[], edges = chain(...assets.map(({ id }) => id)), after: Record<string, string[]> = {}) =>
  flowsToReload(1, assets, edges, new Map(Object.entries(after)))
const names = (scope: ReturnType<typeof planned>) => scope.flows.map(({ flow }) => flow)

describe('a reload', () => {
  it('runs the flow of the feed, even when nothing is wrong', () => {
    expect(planned([asset(1, 1, 'course', 'fresh')])).toEqual({ flows: [{ flow: 'course', isOwn: true }], watchedIds: [] })
  })

  it('runs first what writes the root, when the cause is upstream', () => {
    const scope = planned([asset(1, 3, 'term', 'stale'), asset(2, 2, 'course', 'late'), asset(3, 1, 'seats', 'late')])
    expect(scope.flows).toEqual([
      { flow: 'term', isOwn: false },
      { flow: 'course', isOwn: false },
      { flow: 'seats', isOwn: true },
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
    expect(planned([asset(1, 3, 'term', 'stale'), asset(2, 1, null, 'stale')]).flows).toEqual([{ flow: 'term', isOwn: false }])
    expect(planned([asset(1, 3, null, 'stale'), asset(2, 1, null, 'stale')])).toEqual({ flows: [], watchedIds: [1] })
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

  it('ends where the lineage goes in circles, with what is upstream first', () => {
    const round = [asset(1, 2, 'course', 'late'), asset(2, 1, 'seats', 'late')]
    expect(names(planned(round, [...chain(1, 2), ...chain(2, 1), ...chain(1, 1)]))).toEqual(['course', 'seats'])
  })
})

const status = fc.constantFrom<(Status | null)[]>('fresh', 'late', 'stale', 'unknown', 'maintenance', null)
const graph = fc.record({
  assets: fc
    .array(fc.record({ feedId: fc.integer({ min: 1, max: 4 }), flow: fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e')), status }), {
      minLength: 1,
      maxLength: 12,
    })
    .map((found) => found.map((each, id) => ({ id, ...each }))),
  edges: fc.array(fc.record({ upstreamId: fc.nat(11), downstreamId: fc.nat(11) }), { maxLength: 30 }),
})

describe('whatever the lineage', () => {
  it('every flow of the feed runs, each flow once, and what writes nothing wrong upstream does not', () => {
    fc.assert(
      fc.property(graph, ({ assets, edges }) => {
        const { flows } = flowsToReload(1, assets, edges, new Map())
        const own = new Set(assets.flatMap((each) => (each.feedId === 1 && each.flow !== null ? [each.flow] : [])))
        expect(new Set(flows.map(({ flow }) => flow)).size).toBe(flows.length)
        expect(new Set(flows.filter(({ isOwn }) => isOwn).map(({ flow }) => flow))).toEqual(own)
        for (const { flow, isOwn } of flows)
          if (!isOwn)
            expect(assets.some((each) => each.flow === flow && ['late', 'stale', 'unknown'].includes(each.status ?? ''))).toBe(true)
      }),
    )
  })

  it('the order keeps to the lineage wherever that goes in no circles', () => {
    fc.assert(
      fc.property(graph, ({ assets, edges }) => {
        const downward = edges.filter(({ upstreamId, downstreamId }) => upstreamId < downstreamId)
        // A flow of its own for each asset: so the flows go in no circles, either.
        const single = assets.map((each) => ({ ...each, flow: each.flow === null ? null : `flow ${each.id}` }))
        const order = names(flowsToReload(1, single, downward, new Map()))
        for (const { upstreamId, downstreamId } of downward) {
          const [first, second] = [order.indexOf(`flow ${upstreamId}`), order.indexOf(`flow ${downstreamId}`)]
          if (first >= 0 && second >= 0) expect(first).toBeLessThan(second)
        }
      }),
    )
  })
})
