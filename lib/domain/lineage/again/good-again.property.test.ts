import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { GoodAgain } from '#lib/domain/lineage/again/again.ts'
import { explainingEdges } from '#lib/domain/lineage/causes/explaining-edges.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { asset, failed, flow, NOON } from '#lib/testing/history/again-builders.ts'
import { goodAgain, type LoadedAsset } from './good-again.ts'
import type { Writer } from './writer.ts'

const FLOWS = ['a', 'b', 'c', 'd', 'e']
const ASSETS = 12

/** Flows with a time of day of their own, some that come after the one before, that failed last, that read what does not answer, or that have no time. */
const writers = fc.tuple(
  ...FLOWS.map((name, n) =>
    fc
      .record({
        minute: fc.nat(1439),
        lasts: fc.integer({ min: 1, max: 90 }),
        isGated: fc.boolean(),
        trouble: fc.constantFrom('none', 'none', 'none', 'failed', 'down', 'unscheduled'),
      })
      .map(
        ({ minute, lasts, isGated, trouble }): Writer =>
          flow(name, trouble === 'unscheduled' ? null : `${minute % 60} ${Math.floor(minute / 60)} * * *`, lasts, {
            after: isGated && n > 0 ? [`flow:${FLOWS[n - 1]}`] : [],
            ends: trouble === 'failed' ? [failed('no')] : [],
            downConnections: trouble === 'down' ? [`system of ${name}`] : [],
          }),
      ),
  ),
)

/** Assets of which later ones are made from earlier ones, all in trouble since the same time. */
const assets = fc.tuple(
  ...Array.from({ length: ASSETS }, (_, id) =>
    fc
      .record({ writer: fc.constantFrom(...FLOWS), follows: fc.constantFrom(false, false, id > 0) })
      .map(({ writer, follows }): LoadedAsset => asset(id, follows ? null : `flow:${writer}`, { follows, since: 0 })),
  ),
)
const edges = fc
  .uniqueArray(fc.tuple(fc.nat(ASSETS - 1), fc.nat(ASSETS - 1)), { maxLength: 20, selector: String })
  .map((pairs) => pairs.flatMap(([a, b]): Edge[] => (a === b ? [] : [{ upstreamId: Math.min(a, b), downstreamId: Math.max(a, b) }])))

function expectAfter(up: GoodAgain, down: GoodAgain, isByTheSameRun: boolean): void {
  if (up.kind === 'no-date') expect(down.kind).toBe('no-date')
  if (up.kind === 'no-date' || down.kind === 'no-date') return
  if (!isByTheSameRun) expect(down.at).toBeGreaterThanOrEqual(up.at)
  expect(down.ifAnswering).toEqual(expect.arrayContaining(up.ifAnswering))
  expect(down.ifSucceeding).toEqual(expect.arrayContaining(up.ifSucceeding))
}

it('nothing is good before now, nor before what explains it, nor on fewer conditions; in whatever order all is told', () => {
  fc.assert(
    fc.property(writers, assets, edges, (allWriters, allAssets, allEdges) => {
      const found = goodAgain(allAssets, explainingEdges(allAssets, allEdges), allWriters, NOON)
      const again = (id: number) => found.get(id) ?? expect.fail(`nothing is said of ${id}`)
      for (const { id } of allAssets) {
        const own = again(id)
        if (own.kind === 'by') expect(own.at).toBeGreaterThanOrEqual(Math.max(NOON, own.tryAt) + MINUTE_MS)
      }
      for (const { upstreamId, downstreamId } of allEdges) {
        const [up, down] = [allAssets[upstreamId]?.writer ?? null, allAssets[downstreamId]?.writer ?? null]
        expectAfter(again(upstreamId), again(downstreamId), up !== null && up === down)
      }
      const reversed = allAssets.toReversed()
      const shuffled = goodAgain(reversed, explainingEdges(reversed, allEdges.toReversed()), allWriters.toReversed(), NOON)
      const dateOf = (one: GoodAgain | undefined) => (one?.kind === 'by' ? one.at : null)
      for (const { id } of allAssets) expect(dateOf(shuffled.get(id))).toBe(dateOf(found.get(id)))
    }),
    { numRuns: 150 },
  )
})
