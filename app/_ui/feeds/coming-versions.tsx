import { assetPath, feedPath, filteredCataloguePath } from '#app/_ui/paths.ts'
import { Time } from '#app/_ui/time.tsx'
import { comingInWords } from '#lib/domain/contracts/versions-in-force.ts'
import { counted, formatCount } from '#lib/domain/wording/numbers.ts'
import type { ComingVersion } from '#lib/queries/catalogue/coming-versions.ts'
import type { Named } from '#lib/queries/catalogue/neighbour-names.ts'

interface ListProps {
  coming: readonly ComingVersion[]
  /** How many there are with those that are not among these. */
  total: number
}

/** What contracts will promise otherwise, a line each, the soonest first: what, when, and whose feeds read it; nothing where all stays as it is. */
export function ComingVersions({ coming, total }: ListProps) {
  if (coming.length === 0) return null
  const left = total - coming.length
  return (
    <ul className="attention work coming" aria-label="Coming changes">
      {coming.map((one) => (
        <li key={`${one.asset.key} ${one.coming.kind} ${one.coming.version}`}>
          <span className="status text-muted">Coming</span>
          <p className="text-[15px]/[22px]">
            <ComingSentence of={one} /> <ReadBy readers={one.readers} />
          </p>
        </li>
      ))}
      {left > 0 && (
        <li>
          <p className="text-[15px]/[22px]">
            And <a href={filteredCataloguePath({ contract: 'changing' })}>{counted(left, 'more coming change')}</a>.
          </p>
        </li>
      )}
    </ul>
  )
}

/** The same on the page of a feed that is made from it. */
export function ComingAbove({ coming }: Pick<ListProps, 'coming'>) {
  return coming.map((one) => (
    <p key={`${one.asset.key} ${one.coming.kind} ${one.coming.version}`} className="mt-4">
      Something this is made from will change: <ComingSentence of={one} />
      {one.owner !== null && (
        <>
          {' '}
          Ask <bdi>{one.owner}</bdi>.
        </>
      )}
    </p>
  ))
}

/** `Customer 2.0.0 from 6 Dec: phone goes; 1.2.0 ends then.` */
export function ComingSentence({ of: { asset, contract, coming } }: { of: ComingVersion }) {
  return (
    <>
      <a href={assetPath(asset.key, 'contract')}>
        <bdi>
          {contract} {coming.version}
        </bdi>
      </a>{' '}
      {coming.kind === 'begins' ? 'from' : 'ends on'} <Time at={coming.at} form="day" />
      {coming.kind === 'begins' ? ': ' : ', '}
      <bdi>{comingInWords(coming)}</bdi>.
    </>
  )
}

const READERS_SHOWN = 3

function ReadBy({ readers }: { readers: readonly Named[] }) {
  if (readers.length === 0) return null
  const left = readers.length - READERS_SHOWN
  const shown = readers.slice(0, READERS_SHOWN)
  return (
    <>
      {shown.map(({ key, name }, at) => (
        <span key={key}>
          {at > 0 && (at === shown.length - 1 && left <= 0 ? ' and ' : ', ')}
          <a href={feedPath(key)}>
            <bdi>{name}</bdi>
          </a>
        </span>
      ))}
      {left > 0 && ` and ${formatCount(left)} more`} {readers.length === 1 ? 'reads it' : 'read it'}.
    </>
  )
}
