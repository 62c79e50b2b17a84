import { ScrollArea } from '#app/_ui/scroll-area.tsx'
import type { LineagePage } from '#lib/queries/pages/lineage-page.ts'
import { type DrawnBox, type DrawnLink, drawnGraph } from './drawn-graph.ts'
import { fitText } from './fit-text.ts'
import { isWritten, originInWords } from './origin-words.ts'
import { type Placed, placeGraph } from './place-graph.ts'

/** What is wider than this is not shrunk to the page, where it would be too small to read, but scrolls. */
const WIDEST = 1280

/** The lineage as a drawing: what it is made from at the left, what is made of it at the right. On a phone the lists stand for it. */
export function LineageDrawing({ found }: { found: LineagePage }) {
  const { boxes, links } = drawnGraph(found)
  if (boxes.length < 2) return null
  const placed = placeGraph(boxes, links)
  const title = `The lineage around ${found.focus.name}`
  return (
    <ScrollArea className="lineage" label={`${title}, as a drawing; the same stands in the lists below`}>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing of links has no element of its own */}
      <svg
        role="group"
        aria-label={title}
        viewBox={`0 0 ${placed.width} ${placed.height}`}
        width={placed.width}
        className={placed.width > WIDEST ? undefined : 'max-w-full'}
      >
        <title>{title}</title>
        <defs>
          <ArrowHead id="leads" size={8} className="fill-faint" />
          <ArrowHead id="leads-path" size={10} className="fill-ink" />
        </defs>
        {placed.links
          .toSorted((a, b) => Number(a.isPath) - Number(b.isPath))
          .map((link) => (
            <Line key={`${link.from} ${link.to}`} link={link} />
          ))}
        {placed.boxes.map((box) => (
          <Card key={box.id} box={box} />
        ))}
      </svg>
    </ScrollArea>
  )
}

function Line({ link: { path, origins, isPath } }: { link: DrawnLink & { path: string } }) {
  return (
    <path
      d={path}
      className={`line${isPath ? ' on-path' : ''}${origins.length > 0 && !isWritten(origins) ? ' told' : ''}`}
      markerEnd={`url(#leads${isPath ? '-path' : ''})`}
    >
      {origins.length > 0 && <title>{origins.map(originInWords).join(', ')}</title>}
    </path>
  )
}

function Card({ box }: { box: Placed<DrawnBox> }) {
  const { href, form } = box
  const drawn = form === 'more' ? <More box={box} /> : <Face box={box} />
  if (href === null) return <g className="card hollow">{drawn}</g>
  return (
    <a href={href} aria-current={form === 'focus' ? 'true' : undefined} className={`card ${form}`}>
      {drawn}
    </a>
  )
}

/** Bold letters run wider. */
const SIZES = { name: 13.5, bold: 14.5, note: 12 }
/** Where the words begin, and what stays free after them. */
const INDENT = 37
const MARGIN = 9

function Face({ box: { x, y, width, height, form, name, note, title, status } }: { box: Placed<DrawnBox> }) {
  const room = width - INDENT - MARGIN
  return (
    <>
      <title>{title}</title>
      <rect x={x} y={y} width={width} height={height} rx="4" />
      <svg x={x + 12} y={y + 15} width="16" height="16" aria-hidden="true" className="mark">
        <use href={`#i-${status ?? 'none'}`} />
      </svg>
      <text x={x + INDENT} y={y + 20} className="name">
        {fitText(name, form === 'focus' ? SIZES.bold : SIZES.name, room)}
      </text>
      <text x={x + INDENT} y={y + 36} className="note">
        {fitText(note, SIZES.note, room)}
      </text>
    </>
  )
}

function More({ box: { x, y, width, height, name, title } }: { box: Placed<DrawnBox> }) {
  return (
    <>
      <title>{title}</title>
      <rect x={x} y={y} width={width} height={height} rx="13" />
      <text x={x + width / 2} y={y + 17} className="note" textAnchor="middle">
        {name}
      </text>
    </>
  )
}

function ArrowHead({ id, size, className }: { id: string; size: number; className: string }) {
  return (
    <marker id={id} viewBox="0 0 8 8" refX="7" refY="4" markerWidth={size} markerHeight={size} markerUnits="userSpaceOnUse" orient="auto">
      <path d="M0 1 7 4 0 7z" className={className} />
    </marker>
  )
}
