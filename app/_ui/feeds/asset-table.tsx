import { Key } from '#app/_ui/listed.tsx'
import { assetPath, feedPath, subjectPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Time } from '#app/_ui/time.tsx'
import { worstFirst } from '#app/_ui/worst-first.ts'
import { listInWords } from '#lib/domain/wording/lists.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import { reasonInWords, UNSEEN, weaknessInWords } from '#lib/domain/wording/words.ts'
import type { NamedReader } from '#lib/queries/catalogue/contract-readers.ts'
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
  /** The readers that a contract names, where one is about what these are made from: each asset says where it is known from. */
  named?: readonly NamedReader[]
}

const SHOWN = 25

/** Of these only those that one of the assets has. */
const CLOCKS = [
  ['Data through', 'dataThroughAt'],
  ['Written', 'writtenAt'],
  ['Loaded', 'loadedAt'],
  ['Looked at', 'probedAt'],
] as const

/** Assets with their clocks; a table on a desk, one card each on a phone. */
export function AssetTable({ title, assets, showPromise = false, showFeed = false, unseen = false, named }: AssetTableProps) {
  const others = named?.filter(({ assetIds }) => assetIds.length === 0) ?? []
  if (assets.length + others.length === 0 && !unseen) return null
  const sorted = assets.length > SHOWN ? worstFirst(assets) : assets
  const [shown, rest] = [sorted.slice(0, SHOWN), sorted.slice(SHOWN)]
  return (
    <Section title={title}>
      {shown.length + others.length > 0 && <Rows {...{ assets: shown, showPromise, showFeed, named, others }} />}
      {unseen && <p className="muted mt-3">{shown.length + others.length > 0 ? `and ${UNSEEN}` : sentence(UNSEEN)}</p>}
      {rest.length > 0 && (
        <details className="fold">
          <summary>{`${formatCount(rest.length)} more, none of them worse`}</summary>
          <Rows {...{ assets: rest, showPromise, showFeed, named, others: [] }} />
        </details>
      )}
    </Section>
  )
}

interface RowsProps extends Pick<Required<AssetTableProps>, 'assets' | 'showPromise' | 'showFeed'> {
  named: AssetTableProps['named']
  /** Those of them of which no lineage is known. */
  others: readonly NamedReader[]
}

function Rows({ assets, showPromise, showFeed, named, others }: RowsProps) {
  const clocks = CLOCKS.filter(([, clock]) => assets.some((asset) => asset[clock] !== null))
  return (
    <table className="table stacked">
      <thead>
        <tr>
          <th scope="col">Asset</th>
          <th scope="col">Status</th>
          {clocks.map(([label]) => (
            <th key={label} scope="col">
              {label}
            </th>
          ))}
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
                {showFeed && asset.feedName !== asset.name && (
                  <>
                    , of <a href={feedPath(asset.feedKey)}>{asset.feedName}</a>
                  </>
                )}
              </span>
              {named !== undefined && <span className="muted small block">{knownFrom(asset, named)}</span>}
            </th>
            <td>
              <StatusMark status={asset.status} />
              {asset.weakBy !== null && <span className="muted small block">{weaknessInWords(asset.weakBy)}</span>}
              <Reason asset={asset} isSaid={isSaidAbove(assets, index)} />
            </td>
            {clocks.map(([label, clock]) => (
              <Clock key={label} label={label} at={asset[clock]} isDay={clock === 'dataThroughAt' && asset.dataThroughIsDay} />
            ))}
          </tr>
        ))}
        {others.map(({ name, subject }) => (
          <tr key={name}>
            <th scope="row">
              <bdi className="font-semibold">{subject === null ? name : <a href={subjectPath(subject)}>{name}</a>}</bdi>
              <span className="muted small block">known from the contract</span>
            </th>
            <td className="absent" colSpan={clocks.length + 1}>
              –
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Lineage tells of each; the contract of those that it names. */
function knownFrom({ id }: AssetRow, named: readonly NamedReader[]): string {
  const names = named.flatMap(({ name, assetIds }) => (assetIds.includes(id) ? [name] : []))
  return names.length === 0 ? 'known from lineage' : `known from lineage, and from the contract as ${listInWords(names)}`
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
