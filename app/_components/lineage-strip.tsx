import type { AssetRow, Edge } from '#lib/queries/asset-rows.ts'
import { lineageColumns } from '../_lib/lineage-columns.ts'
import { assetPath } from '../_lib/paths.ts'
import { statusWord } from '../_lib/status-look.ts'
import { worstFirst } from '../_lib/worst-first.ts'
import { Section } from './section.tsx'
import { StatusIcon } from './status-mark.tsx'

interface LineageStripProps {
  assets: readonly AssetRow[]
  neighbours: readonly AssetRow[]
  edges: readonly Edge[]
  feedKey: string
}

const SHOWN_PER_COLUMN = 8

/** Where the data comes from and who uses it, from left to right; on a phone from top to bottom. */
export function LineageStrip({ assets, neighbours, edges, feedKey }: LineageStripProps) {
  const columns = lineageColumns([...assets, ...neighbours], edges)
  if (columns.length < 2) return null
  return (
    <Section title="Where it comes from, and who uses it">
      <ol className="strip">
        {columns.map((column) => (
          <li key={column[0]?.id}>
            <ul>
              {worstFirst(column)
                .slice(0, SHOWN_PER_COLUMN)
                .map((asset) => (
                  <Node key={asset.id} asset={asset} foreign={asset.feedKey !== feedKey} />
                ))}
              {column.length > SHOWN_PER_COLUMN && <li className="muted small">and {column.length - SHOWN_PER_COLUMN} more</li>}
            </ul>
          </li>
        ))}
      </ol>
    </Section>
  )
}

function Node({ asset, foreign }: { asset: AssetRow; foreign: boolean }) {
  return (
    <li>
      <a href={assetPath(asset.key)} className={`node${foreign ? ' foreign' : ''}`}>
        <StatusIcon status={asset.status} />
        <span>
          <span className="block" dir="auto">
            {asset.name}
          </span>
          <span className="small muted">{`${asset.kind}, ${statusWord(asset.status).toLowerCase()}${foreign ? `, of ${asset.feedName}` : ''}`}</span>
        </span>
      </a>
    </li>
  )
}
