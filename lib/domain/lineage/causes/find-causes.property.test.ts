import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isUnhealthy, STATUSES } from '#lib/domain/freshness/status.ts'
import type { CauseAsset, CauseGraph } from './cause.ts'
import { type Causes, findCauses } from './find-causes.ts'

const IDS = [1, 2, 3, 4, 5, 6, 7, 8, 9]
const anId = fc.constantFrom(...IDS)
const anInstant = fc.integer({ min: 1, max: 6 })
const aName = fc.constantFrom('a', 'b')
const anAsset = (id: number): fc.Arbitrary<CauseAsset> =>
  fc.record({
    id: fc.constant(id),
    status: fc.option(fc.constantFrom(...STATUSES, 'late' as const, 'stale' as const), { freq: 4 }),
    since: anInstant,
    connection: fc.option(aName),
    flow: fc.option(aName),
    job: fc.option(fc.constantFrom('x/a')),
    lateAt: fc.option(anInstant, { nil: null }),
    isFollower: fc.boolean(),
    isUnseen: fc.constant(false),
  })
const aGraph: fc.Arbitrary<CauseGraph> = fc.record({
  assets: fc.tuple(...IDS.map(anAsset)),
  edges: fc.array(fc.record({ upstreamId: anId, downstreamId: anId }), { maxLength: 16 }),
  connections: fc.uniqueArray(fc.record({ key: aName, since: anInstant }), { selector: ({ key }) => key }),
  work: fc.uniqueArray(
    fc.record({
      ...{ kind: fc.constantFrom('flow' as const, 'job' as const), name: fc.constantFrom('a', 'b', 'x/a'), since: anInstant },
      ...{ saysWhy: fc.boolean(), connections: fc.subarray(['a', 'b']) },
    }),
    { selector: ({ kind, name }) => `${kind}:${name}` },
  ),
})

const statusOf = ({ assets }: CauseGraph, id: number) => assets.find((asset) => asset.id === id)?.status ?? null
/** All that is told of a graph. */
const toldOf = (found: Causes) => ({
  all: found.all,
  roots: IDS.map((id) => found.rootsOf(id).map(({ key }) => key)),
  paths: IDS.map((id) => found.pathsTo(id).map(({ steps }) => steps)),
})

test('the order in which a graph is given does not matter, nor an edge that is told twice', () => {
  fc.assert(
    fc.property(aGraph, fc.integer(), (graph, seed) => {
      const turn = <T>(list: readonly T[]) =>
        [...list.slice(seed % (list.length || 1)), ...list.slice(0, seed % (list.length || 1))].reverse()
      const other = {
        assets: turn(graph.assets),
        edges: turn([...graph.edges, ...graph.edges.slice(0, 2)]),
        connections: turn(graph.connections),
        work: turn(graph.work),
      }
      expect(toldOf(findCauses(other))).toEqual(toldOf(findCauses(graph)))
    }),
  )
})

test('what is unhealthy has a root, whose way leads to it, and nothing else has', () => {
  fc.assert(
    fc.property(aGraph, (graph) => {
      const found = findCauses(graph)
      for (const { id, status } of graph.assets) {
        const paths = found.pathsTo(id)
        expect(found.rootsOf(id).length > 0).toBe(isUnhealthy(status))
        expect(paths.map(({ steps }) => [steps[0]?.key, steps.at(-1)?.key])).toEqual(
          found.rootsOf(id).map(({ key }) => [key, `asset:${id}`]),
        )
        for (const { steps } of paths) {
          expect(new Set(steps.map(({ key }) => key)).size).toBe(steps.length)
          for (const { key, isInferred } of steps)
            if (key.startsWith('asset:')) expect(isInferred).toBe(statusOf(graph, Number(key.slice(6))) === null)
        }
      }
    }),
  )
})

test('no root comes down to another, and each began no later than what it holds back', () => {
  fc.assert(
    fc.property(aGraph, (graph) => {
      const found = findCauses(graph)
      const roots = new Set(found.all.map(({ key }) => key))
      expect(roots.size).toBe(found.all.length)
      for (const { key, since, heldIds, atRisk } of found.all) {
        if (key.startsWith('asset:')) expect(found.rootsOf(Number(key.slice(6))).map((root) => root.key)).toEqual([key])
        for (const id of heldIds) expect(graph.assets.find((asset) => asset.id === id)?.since).toBeGreaterThanOrEqual(since)
        for (const { id } of atRisk) expect(statusOf(graph, id)).toBe('fresh')
        expect(heldIds).toEqual([...heldIds].sort((a, b) => a - b))
      }
    }),
  )
})

test('something healthy more, wherever it lies, changes nothing of what is held back', () => {
  fc.assert(
    fc.property(
      aGraph,
      anAsset(10),
      fc.constantFrom('fresh' as const, 'maintenance' as const),
      fc.array(anId),
      fc.array(anId),
      (graph, more, status, up, down) => {
        const edges = [
          ...up.map((upstreamId) => ({ upstreamId, downstreamId: 10 })),
          ...down.map((downstreamId) => ({ upstreamId: 10, downstreamId })),
        ]
        const held = (given: CauseGraph) =>
          findCauses(given).all.flatMap(({ atRisk: _, ...cause }) => (cause.status === null ? [] : [cause]))
        const other = { ...graph, assets: [...graph.assets, { ...more, status }], edges: [...graph.edges, ...edges] }
        expect(held(other)).toEqual(held(graph))
      },
    ),
  )
})
