import { describe, expect, it } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { Edge } from './edge.ts'
import { cutOff, DRAWN, hasRoomBeside, type Near, neighbourhood } from './neighbourhood.ts'

const edge = (upstreamId: number, downstreamId: number): Edge => ({ upstreamId, downstreamId })
const many = (from: number, count: number) => Array.from({ length: count }, (_, position) => from + position)
const unjudged = () => null
const ids = (near: readonly { id: number }[]) => near.map(({ id }) => id)

describe('what is drawn around a focus', () => {
  it('lies two hops up and two hops down, and not beside it', () => {
    const edges = [edge(1, 2), edge(2, 3), edge(3, 4), edge(4, 5), edge(5, 6), edge(6, 7), edge(3, 8), edge(9, 5)]
    expect(neighbourhood(4, edges, unjudged)).toEqual([
      { id: 4, side: 'focus', hop: 0 },
      { id: 3, side: 'upstream', hop: 1 },
      { id: 5, side: 'downstream', hop: 1 },
      { id: 2, side: 'upstream', hop: 2 },
      { id: 6, side: 'downstream', hop: 2 },
    ])
  })

  it('is once what lies both before and after it', () => {
    expect(ids(neighbourhood(1, [edge(1, 2), edge(2, 1)], unjudged))).toEqual([1, 2])
  })

  it('is the worst of many, and no more than has room', () => {
    const statuses = new Map<number, Status>([
      [130, 'stale'],
      [120, 'late'],
    ])
    const edges = [...many(100, 50).map((id) => edge(1, id)), ...many(1000, 500).map((id) => edge(id, 1))]
    const drawn = ids(neighbourhood(1, edges, (id) => statuses.get(id) ?? 'fresh'))
    expect(drawn).toEqual(expect.arrayContaining([130, 120, 100, 117, 1000, 1019]))
    expect(drawn).not.toContain(118)
    expect(drawn).toHaveLength(41)
  })

  it('never is more than sixty things, and neither side takes the room of the other', () => {
    const edges = many(100, 20).flatMap((id) => [edge(id, 1), edge(1, id + 100), edge(id + 200, id), edge(id + 100, id + 300)])
    const near = neighbourhood(1, edges, unjudged)
    expect(near).toHaveLength(DRAWN)
    expect(near.filter(({ hop }) => hop === 2).map(({ side }) => side)).toEqual(
      Array.from({ length: 19 }, (_, at) => (at % 2 === 0 ? 'upstream' : 'downstream')),
    )
  })

  it('hangs together: nothing two hops away without what lies between', () => {
    const edges = [...many(100, 30).map((id) => edge(1, id)), edge(129, 500)]
    expect(ids(neighbourhood(1, edges, unjudged))).not.toContain(500)
  })
})

it('draws what is not in the catalogue on the side of what it lies beside, and two hops away at most', () => {
  const sidesOf = (side: Near['side'], hop: number) => [true, false].map((isUpstream) => hasRoomBeside({ id: 1, side, hop }, isUpstream))
  expect(sidesOf('focus', 0)).toEqual([true, true])
  expect(sidesOf('upstream', 1)).toEqual([true, false])
  expect(sidesOf('downstream', 1)).toEqual([false, true])
  expect([...sidesOf('upstream', 2), ...sidesOf('downstream', 2)]).toEqual([false, false, false, false])
})

describe('what is cut off', () => {
  const near = (id: number, side: Near['side']): Near => ({ id, side, hop: side === 'focus' ? 0 : 1 })

  it('is counted at what is drawn, of the focus on both sides, and nothing of what is not drawn', () => {
    const edges = [edge(1, 2), edge(2, 3), edge(8, 1), edge(9, 1), edge(3, 7), edge(6, 2), edge(2, 5), edge(8, 9)]
    expect(cutOff([near(1, 'upstream'), near(2, 'focus'), near(3, 'downstream')], edges)).toEqual([
      { id: 1, side: 'upstream', more: 2 },
      { id: 3, side: 'downstream', more: 1 },
      { id: 2, side: 'upstream', more: 1 },
      { id: 2, side: 'downstream', more: 1 },
    ])
  })

  it('is not what else goes out of a source, or into what is made of the focus', () => {
    expect(
      cutOff([near(1, 'upstream'), near(2, 'focus'), near(3, 'downstream')], [edge(1, 2), edge(2, 3), edge(1, 4), edge(5, 3)]),
    ).toEqual([])
  })
})
