import { assetPath, foundThingPath, lineagePath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { StatusIcon } from '#app/_ui/status-mark.tsx'
import { worstFirst } from '#app/_ui/worst-first.ts'
import type { Side } from '#lib/domain/lineage/neighbourhood.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import { statusInWords, UNSEEN_FIRST } from '#lib/domain/wording/words.ts'
import type { FoundNeighbour, LineagePage } from '#lib/queries/pages/lineage-page.ts'
import { originInWords } from './origin-words.ts'

/** All that is drawn, in words: by side and distance, with who says what is made from what. */
export function LineageLists({ found }: { found: LineagePage }) {
  return (
    <div className="grid gap-x-10 md:grid-cols-2">
      <SideList found={found} side="upstream" title="Made from" />
      <SideList found={found} side="downstream" title="Goes into" />
    </div>
  )
}

interface SideProps {
  found: LineagePage
  side: Side
}

function SideList({ found, side, title }: SideProps & { title: string }) {
  const near = found.drawn.filter((each) => each.side === side)
  const [first, second] = [1, 2].map((hop) => near.filter((each) => each.hop === hop))
  const isUpstream = side === 'upstream'
  const own = found.drawn.filter(({ hop }) => hop === 0)
  const isAlone =
    near.length === 0 &&
    !found.unseen.some((each) => each.isUpstream === isUpstream) &&
    !found.found.some((each) => each.isUpstream === isUpstream)
  const isFurther = [...found.found, ...found.unseen].some(
    (each) => each.isUpstream === isUpstream && first?.some(({ id }) => id === each.assetId),
  )
  return (
    <Section title={title}>
      {isAlone && <p className="muted">{isUpstream ? 'Nothing that is known.' : 'Nothing that is known makes anything of it.'}</p>}
      <List found={found} side={side} from={own} drawn={first ?? []} />
      {((second?.length ?? 0) > 0 || isFurther) && (
        <h3 className="muted mt-5 mb-1 text-sm font-normal">{isUpstream ? 'One step further up' : 'One step further down'}</h3>
      )}
      <List found={found} side={side} from={first ?? []} drawn={second ?? []} />
      <More found={found} side={side} />
    </Section>
  )
}

type Drawn = LineagePage['drawn']

function List({ found, side, from, drawn }: SideProps & { from: Drawn; drawn: Drawn }) {
  const isUpstream = side === 'upstream'
  const besideFrom = (each: { assetId: number; isUpstream: boolean }) =>
    each.isUpstream === isUpstream && from.some(({ id }) => id === each.assetId)
  const hollow = found.found.filter(besideFrom)
  const unseen = found.unseen.filter(besideFrom)
  if (drawn.length + hollow.length + unseen.length === 0) return null
  return (
    <ul className="around">
      {worstFirst(drawn.map(({ id, asset }) => ({ ...asset, id }))).map(({ id, key, name, kind, feedName, status }) => (
        <li key={id}>
          <StatusIcon status={status} />
          <span>
            <a className="font-semibold" href={lineagePath({ focus: key })}>
              <bdi>{name}</bdi>
            </a>{' '}
            <span className="muted">
              {statusInWords(status).toLowerCase()}, {kind}
              {feedName !== name && (
                <>
                  {' '}
                  of <bdi>{feedName}</bdi>
                </>
              )}
            </span>
            <Told found={found} id={id} side={side} />
          </span>
        </li>
      ))}
      {hollow.map((each) => (
        <FoundLine key={`${each.assetId} ${each.connection} ${each.path}`} each={each} />
      ))}
      {unseen.map(({ assetId, status }) => (
        <li key={assetId}>
          <StatusIcon status={status} />
          <span className="muted">
            {UNSEEN_FIRST}, {statusInWords(status).toLowerCase()}
          </span>
        </li>
      ))}
    </ul>
  )
}

function FoundLine({ each: { connection, path, name, kind, origin } }: { each: FoundNeighbour }) {
  return (
    <li>
      <StatusIcon status={null} />
      <span>
        <a href={foundThingPath(connection, path)}>
          <bdi>{name}</bdi>
        </a>{' '}
        <span className="muted">
          found in <bdi>{connection}</bdi>, {kind}, not in the catalogue
        </span>
        <span className="small muted block">{originInWords(origin)}</span>
      </span>
    </li>
  )
}

/** Who says that it leads to what lies nearer, and how many more there are beyond it. */
function Told({ found, id, side }: SideProps & { id: number }) {
  const names = new Map(found.drawn.map(({ id: own, asset, hop }) => [own, { name: asset.name, hop }]))
  const hop = names.get(id)?.hop ?? 0
  const edges = found.edges.flatMap((edge) => {
    const [own, other] = side === 'upstream' ? [edge.upstreamId, edge.downstreamId] : [edge.downstreamId, edge.upstreamId]
    const to = names.get(other)
    return own === id && to !== undefined && to.hop < hop ? [{ ...edge, other, to }] : []
  })
  return (
    <span className="small muted block">
      {edges.map(({ other, to, origins }, at) => (
        <span key={other}>
          {at > 0 && '; '}
          {to.hop > 0 && (
            <>
              {side === 'upstream' ? 'into' : 'from'} <bdi>{to.name}</bdi>,{' '}
            </>
          )}
          {origins.map(originInWords).join(', ')}
        </span>
      ))}
    </span>
  )
}

/** What is not drawn, with the way to it. */
function More({ found, side }: SideProps) {
  const assets = new Map(found.drawn.map((each) => [each.id, each]))
  const cut = found.cut.flatMap((each) => {
    const at = assets.get(each.id)
    return each.side !== side || at === undefined ? [] : [{ ...each, at }]
  })
  if (cut.length === 0) return null
  return (
    <ul className="mt-3 space-y-1 text-sm">
      {cut.map(({ id, more, at: { asset, hop } }) => (
        <li key={id}>
          <a href={hop === 0 ? assetPath(asset.key) : lineagePath({ focus: asset.key })}>
            {formatCount(more)} more {side}
          </a>{' '}
          <span className="muted">
            of <bdi>{asset.name}</bdi>
          </span>
        </li>
      ))}
    </ul>
  )
}
