import { assetPath, foundThingPath, lineagePath } from '#app/_ui/paths.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import { statusInWords, UNSEEN_FIRST } from '#lib/domain/wording/words.ts'
import type { LineagePage } from '#lib/queries/pages/lineage-page.ts'
import type { Box, Link } from './place-graph.ts'

/** Something in the drawing. `hollow`: nothing of it is judged here, as it is only found, or not seen. */
export interface DrawnBox extends Box {
  form: 'asset' | 'focus' | 'hollow' | 'more'
  name: string
  note: string
  status: Status | null
  /** What it says in full. */
  title: string
  href: string | null
}

export interface DrawnLink extends Link {
  /** Who says so; empty where that is not told. */
  origins: readonly string[]
  isPath: boolean
}

const CARD = { width: 184, height: 46 }
/** Its words are always the same, and stand there whole. */
const UNSEEN_CARD = { ...CARD, width: 222 }
const MORE = { width: 64, height: 26 }

type Beside = Pick<DrawnLink, 'from' | 'to'>
const beside = (asset: number, other: string, isUpstream: boolean): Beside =>
  isUpstream ? { from: other, to: String(asset) } : { from: String(asset), to: other }

/** What is drawn of the lineage around an asset: each thing as a box, what leads to what, and what is left out counted where it would stand. */
export function drawnGraph(found: LineagePage): { boxes: DrawnBox[]; links: DrawnLink[] } {
  const boxes = [...assetBoxes(found), ...foundBoxes(found), ...unseenBoxes(found), ...moreBoxes(found)]
  const ways = found.paths.map(({ steps }) => steps.flatMap(({ id }) => id ?? []))
  const onPath = new Set(ways.flatMap((way) => way.slice(1).map((id, at) => `${way[at]} ${id}`)))
  const links = [
    ...found.edges.map(({ upstreamId, downstreamId, origins }) => ({
      from: String(upstreamId),
      to: String(downstreamId),
      origins,
      isPath: onPath.has(`${upstreamId} ${downstreamId}`),
    })),
    ...boxes.flatMap(({ links: own }) => own),
  ]
  return { boxes: boxes.map(({ links: _, ...box }) => box), links }
}

type LinkedBox = DrawnBox & { links: DrawnLink[] }

function assetBoxes({ drawn, focus }: LineagePage): LinkedBox[] {
  return drawn.map(({ id, asset: { key, name, kind, feedName, status } }) => ({
    ...{ id: String(id), ...CARD, name, status, links: [] },
    form: id === focus.id ? 'focus' : 'asset',
    note: `${statusInWords(status)}, ${kind}`,
    title: `${name}: ${statusInWords(status).toLowerCase()}, ${kind} of ${feedName}`,
    href: id === focus.id ? assetPath(key) : lineagePath({ focus: key }),
  }))
}

/** Each once, though it may stand beside several. */
function foundBoxes({ found }: LineagePage): LinkedBox[] {
  const boxes = new Map<string, LinkedBox>()
  for (const { assetId, isUpstream, connection, path, name, kind, origin } of found) {
    const id = `found ${connection} ${path}`
    const box = boxes.get(id) ?? {
      ...{ id, ...CARD, form: 'hollow' as const, name, status: null, links: [] },
      note: `Found, ${kind}`,
      title: `${name}: found in ${connection}, ${kind}, not in the catalogue`,
      href: foundThingPath(connection, path),
    }
    box.links.push({ ...beside(assetId, id, isUpstream), origins: [origin], isPath: false })
    boxes.set(id, box)
  }
  return [...boxes.values()]
}

function unseenBoxes({ unseen }: LineagePage): LinkedBox[] {
  return unseen.map(({ assetId, isUpstream, status }) => {
    const id = `unseen ${assetId} ${isUpstream}`
    return {
      ...{ id, ...UNSEEN_CARD, form: 'hollow', name: UNSEEN_FIRST, status, href: null },
      note: statusInWords(status),
      title: `${UNSEEN_FIRST}: ${statusInWords(status).toLowerCase()}`,
      links: [{ ...beside(assetId, id, isUpstream), origins: [], isPath: false }],
    }
  })
}

/** The way on: another focus; of the focus itself, whose neighbours its page lists, that page. */
function moreBoxes({ cut, drawn, focus }: LineagePage): LinkedBox[] {
  const assets = new Map(drawn.map(({ id, asset }) => [id, asset]))
  return cut.flatMap(({ id: assetId, side, more }) => {
    const asset = assets.get(assetId)
    if (asset === undefined) return []
    const id = `more ${assetId} ${side}`
    return {
      ...{ id, ...MORE, form: 'more' as const, name: `${formatCount(more)} more`, note: '', status: null },
      title: `${formatCount(more)} more ${side} of ${asset.name}`,
      href: assetId === focus.id ? assetPath(asset.key) : lineagePath({ focus: asset.key }),
      links: [{ ...beside(assetId, id, side === 'upstream'), origins: [], isPath: false }],
    }
  })
}
