import { Key } from '#app/_ui/listed.tsx'
import { assetPath, feedPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Time } from '#app/_ui/time.tsx'
import { worstFirst } from '#app/_ui/worst-first.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import { reasonInWords, UNSEEN, weaknessInWords } from '#lib/domain/wording/words.ts'
import type { AssetRow } from '#lib/queries/shared/asset-rows.ts'
import { BlockedBy } from './blocked-by.tsx'
import { sentence } from './change-list.tsx'

interface AssetTableProps {
  title: string
  assets: readonly AssetRow[]
  showPromise?: boolean
  showFeed?: boolean
  /** Whether there are more that this reader may not see. */
  unseen?: boolean
}

const SHOWN = 25

/** Assets with their clocks; a table on a desk, one card each on a phone. */
export function AssetTable({ title, assets, showPromise = false, showFeed = false, unseen = false }: AssetTableProps) {
  if (assets.length === 0 && !unseen) return null
  const sorted = assets.length > SHOWN ? worstFirst(assets) : assets
  const [shown, rest] = [sorted.slice(0, SHOWN), sorted.slice(SHOWN)]
  return (
    <Section title={title}>
      {shown.length > 0 && <Rows assets={shown} showPromise={showPromise} showFeed={showFeed} />}
      {unseen && <p className="muted mt-3">{shown.length > 0 ? `and ${UNSEEN}` : sentence(UNSEEN)}</p>}
      {rest.length > 0 && (
        <details className="fold">
          <summary>{`${formatCount(rest.length)} more, none of them worse`}</summary>
          <Rows assets={rest} showPromise={showPromise} showFeed={showFeed} />
        </details>
      )}
    </Section>
  )
}

function Rows({ assets, showPromise = false, showFeed = false }: Omit<AssetTableProps, 'title' | 'unseen'>) {
  return (
    <table className="table stacked">
      <thead>
        <tr>
          <th scope="col">Asset</th>
          <th scope="col">Status</th>
          <th scope="col">Data through</th>
          <th scope="col">Written</th>
          <th scope="col">Loaded</th>
          <th scope="col">Looked at</th>
        </tr>
      </thead>
      <tbody>
        {assets.map((asset, index) => (
          <tr key={asset.id}>
            <th scope="row">
              <a className="font-semibold" href={assetPath(asset.key)}>
                <bdi>{asset.name}</bdi>
              </a>
              <Key name={asset.key} className="block text-[12px] leading-[18px] text-muted print:leading-4" />
              <span className="muted small">
                {asset.kind}
                {showPromise && asset.promised ? ', promised' : ''}
                {showFeed && (
                  <>
                    , of <a href={feedPath(asset.feedKey)}>{asset.feedName}</a>
                  </>
                )}
              </span>
            </th>
            <td>
              <StatusMark status={asset.status} />
              {asset.weakBy !== null && <span className="muted small block">{weaknessInWords(asset.weakBy)}</span>}
              <Reason asset={asset} isSaid={isSaidAbove(assets, index)} />
            </td>
            <Clock label="Data through" at={asset.dataThroughAt} isDay={asset.dataThroughIsDay} />
            <Clock label="Written" at={asset.writtenAt} />
            <Clock label="Loaded" at={asset.loadedAt} />
            <Clock label="Looked at" at={asset.probedAt} />
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Nothing where all is as promised; a run that failed says it once (`isSaid`: it has) of all that it should have loaded. */
function Reason({ asset, isSaid }: { asset: AssetRow; isSaid: boolean }) {
  const { reason, failedRun } = asset
  if (reason === null || reason === 'on-time') return null
  if (failedRun !== null && !isSaid) return <bdi className="small block max-w-[280px] max-md:max-w-none">{failedRun.words}</bdi>
  return <span className="small block">{reason === 'blocked' ? <BlockedBy asset={asset} /> : reasonInWords(reason)}</span>
}

function isSaidAbove(assets: readonly AssetRow[], index: number): boolean {
  const id = assets[index]?.failedRun?.id
  return id !== undefined && assets.slice(0, index).some(({ failedRun }) => failedRun?.id === id)
}

function Clock({ label, at, isDay = false }: { label: string; at: number | null; isDay?: boolean }) {
  return (
    <td data-label={label} className={at === null ? 'absent' : undefined}>
      {at === null ? '–' : <Time at={at} form={isDay ? 'day' : 'short'} />}
    </td>
  )
}
