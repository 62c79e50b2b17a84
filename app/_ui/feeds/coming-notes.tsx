import { assetPath } from '#app/_ui/paths.ts'
import { Time } from '#app/_ui/time.tsx'
import { counted } from '#lib/domain/wording/numbers.ts'
import type { ComingForReader } from '#lib/queries/catalogue/coming-changes.ts'

const SHOWN = 5

/** Until when something has to be moved because what it is made from will be promised otherwise; nothing where all stays as it is. */
export function ComingNotes({ coming, isNamed = false }: { coming: readonly ComingForReader[]; isNamed?: boolean }) {
  if (coming.length === 0) return null
  const left = coming.length - SHOWN
  return (
    <ul className="mt-4 space-y-3" aria-label="Coming changes">
      {coming.slice(0, SHOWN).map((one) => (
        <li key={`${one.reader.key} ${one.source.key} ${one.version}`}>
          <Coming coming={one} isNamed={isNamed} />
        </li>
      ))}
      {left > 0 && <li>And {counted(left, 'more coming change')}.</li>}
    </ul>
  )
}

function Coming({ coming, isNamed }: { coming: ComingForReader; isNamed: boolean }) {
  const { reader, source, contract, version, owner, from, words } = coming
  return (
    <p>
      Before <Time at={from} form="long" />{' '}
      {isNamed ? (
        <a href={assetPath(reader.key)}>
          <bdi>{reader.name}</bdi>
        </a>
      ) : (
        'this'
      )}{' '}
      has to be ready for version {version} of the contract <bdi>{contract}</bdi> about{' '}
      <a href={assetPath(source.key)}>
        <bdi>{source.name}</bdi>
      </a>
      , from which it is made: <bdi>{words.join('; ')}</bdi>. It has{' '}
      {words.length === 1 ? 'a column of that name' : 'columns of those names'}.
      {owner !== null && (
        <>
          {' '}
          Ask <bdi>{owner}</bdi>.
        </>
      )}
    </p>
  )
}
