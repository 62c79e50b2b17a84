import { Graph, layout } from '@dagrejs/dagre'

export interface Box {
  id: string
  width: number
  height: number
}

export interface Link {
  from: string
  to: string
}

/** A box by its upper left corner. */
export type Placed<T extends Box> = T & { x: number; y: number }

export interface PlacedGraph<T extends Box, L extends Link> {
  width: number
  height: number
  /** In reading order: from left to right, and each column from top to bottom. */
  boxes: Placed<T>[]
  links: (L & { path: string })[]
}

const BETWEEN = { nodesep: 12, ranksep: 32, edgesep: 8 }
const MARGIN = 2

/** Places boxes from left to right by what leads to what, none on another, and draws the links between them. The same graph is always drawn the same. */
export function placeGraph<T extends Box, L extends Link>(boxes: readonly T[], links: readonly L[]): PlacedGraph<T, L> {
  const graph = new Graph({ multigraph: false })
  graph.setGraph({ rankdir: 'LR', marginx: MARGIN, marginy: MARGIN, ...BETWEEN })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height })
  for (const { from, to } of links) graph.setEdge(from, to)
  layout(graph)
  const placed = boxes.map((box): Placed<T> => {
    const { x, y } = graph.node(box.id)
    return { ...box, x: Math.round((x ?? 0) - box.width / 2), y: Math.round((y ?? 0) - box.height / 2) }
  })
  const byId = new Map(placed.map((box) => [box.id, box]))
  return {
    width: Math.ceil(Math.max(0, ...placed.map(({ x, width }) => x + width)) + MARGIN),
    height: Math.ceil(Math.max(0, ...placed.map(({ y, height }) => y + height)) + MARGIN),
    boxes: placed.toSorted((a, b) => a.x - b.x || a.y - b.y),
    links: links.flatMap((link) => {
      const [from, to] = [byId.get(link.from), byId.get(link.to)]
      if (from === undefined || to === undefined) return []
      const between = (graph.edge(link.from, link.to).points ?? []).slice(1, -1)
      return [{ ...link, path: curve([endOf(from, to), ...between, endOf(to, from)]) }]
    }),
  }
}

interface Point {
  x: number
  y: number
}

/** The middle of the side that faces the other box. */
function endOf(box: Placed<Box>, other: Placed<Box>): Point {
  return { x: other.x > box.x ? box.x + box.width : box.x, y: box.y + box.height / 2 }
}

/** Through all points, level at each. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) }))
  if (first === undefined) return ''
  let [path, from] = [`M${first.x} ${first.y}`, first]
  for (const to of rest) {
    const middle = Math.round((from.x + to.x) / 2)
    path += ` C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`
    from = to
  }
  return path
}
