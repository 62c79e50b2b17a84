import { describe, expect, it } from 'vitest'
import { type Box, placeGraph } from './place-graph.ts'

const box = (id: string): Box => ({ id, width: 100, height: 40 })
const link = (from: string, to: string) => ({ from, to })

describe('where things are drawn', () => {
  it('is to the right of what they are made from, and read from left to right', () => {
    const { boxes, links } = placeGraph([box('c'), box('b'), box('a')], [link('a', 'b'), link('b', 'c')])
    expect(boxes.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    expect(links.map(({ path }) => path)).toEqual([expect.stringMatching(/^M\d+ \d+ C/), expect.stringMatching(/^M\d+ \d+ C/)])
  })

  it('is on nothing else, within the drawing, and the same each time', () => {
    const all = Array.from({ length: 60 }, (_, id) => box(String(id)))
    const links = all.slice(1).map(({ id }) => link(String(Math.floor(Number(id) / 3)), id))
    const { boxes, width, height } = placeGraph(all, links)
    const overlapping = boxes.flatMap((a) =>
      boxes.filter((b) => a.id < b.id && a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height),
    )
    expect(overlapping).toEqual([])
    expect(boxes.every(({ x, y }) => x >= 0 && y >= 0 && x + 100 <= width && y + 40 <= height)).toBe(true)
    expect(placeGraph(all, links).boxes).toEqual(boxes)
  })

  it('holds a circle, and one thing alone', () => {
    expect(placeGraph([box('a'), box('b')], [link('a', 'b'), link('b', 'a')]).links).toHaveLength(2)
    expect(placeGraph([box('a')], [])).toMatchObject({ width: 104, height: 44, links: [] })
  })
})
