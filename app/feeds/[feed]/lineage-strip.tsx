import { assetPath, lineagePath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { StatusIcon } from '#app/_ui/status-mark.tsx'
import { worstFirst } from '#app/_ui/worst-first.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import { statusInWords, UNSEEN } from '#lib/domain/wording/words.ts'
import type { AssetRow, UnseenNeighbour } from '#lib/queries/shared/asset-rows.ts'
import { lineageColumns } from './lineage-columns.ts'

interface LineageStripProps {
  assets: readonly AssetRow[]
  neighbours: readonly AssetRow[]
  edges: readonly Edge[]
  unseen: readonly UnseenNeighbour[]
  feedKey: string
}

const SHOWN_PER_COLUMN = 8

/** Where the data comes from and who uses it, from left to right; on a phone from top to bottom. */
export function LineageStrip({ assets, neighbours, edges, unseen, feedKey }: LineageStripProps) {
  const columns = lineageColumns([...assets, ...neighbours], edges)
  const before = unseen.find(({ isUpstream }) => isUpstream)
  const after = unseen.find(({ isUpstream }) => !isUpstream)
  if (columns.length < 2 && unseen.length === 0) return null
  const promised = worstFirst(assets.filter((asset) => asset.promised))[0] ?? assets[0]
  const note = promised !== undefined && <a href={lineagePath({ focus: promised.key })}>Lineage</a>
  return (
    <Section title="Where it comes from, and who uses it" note={note}>
      <ol className="strip">
        {before !== undefined && <UnseenNode neighbour={before} />}
        {columns.map((column) => (
          <li key={column[0]?.id}>
            <ul className="space-y-2">
              {worstFirst(column)
                .slice(0, SHOWN_PER_COLUMN)
                .map((asset) => (
                  <Node key={asset.id} asset={asset} foreign={asset.feedKey !== feedKey} />
                ))}
              {column.length > SHOWN_PER_COLUMN && <li className="muted small">and {column.length - SHOWN_PER_COLUMN} more</li>}
            </ul>
          </li>
        ))}
        {after !== undefined && <UnseenNode neighbour={after} />}
      </ol>
    </Section>
  )
}

/** However many there are: their number says more than a reader may know. */
function UnseenNode({ neighbour: { status } }: { neighbour: UnseenNeighbour }) {
  return (
    <li>
      <p className="flex gap-2.5 rounded border border-dashed border-line-strong px-3 py-2.5 text-sm [&_svg]:mt-0.5">
        <StatusIcon status={status} />
        <span>
          <span className="block">{UNSEEN}</span>
          <span className="small muted">{statusInWords(status).toLowerCase()}</span>
        </span>
      </p>
    </li>
  )
}

function Node({ asset, foreign }: { asset: AssetRow; foreign: boolean }) {
  return (
    <li>
      <a
        href={assetPath(asset.key)}
        className={`${foreign ? 'border-dashed ' : ''}flex gap-2.5 rounded border border-line-strong px-3 py-2.5 text-sm no-underline hover:border-current [&_svg]:mt-0.5`}
      >
        <StatusIcon status={asset.status} />
        <span>
          <span className="block" dir="auto">
            {asset.name}
          </span>
          <span className="small muted">{`${asset.kind}, ${statusInWords(asset.status).toLowerCase()}${foreign && asset.feedName !== asset.name ? `, of ${asset.feedName}` : ''}`}</span>
        </span>
      </a>
    </li>
  )
}
