import { assetPath } from '#app/_ui/paths.ts'
import { Time } from '#app/_ui/time.tsx'
import { comingInWords } from '#lib/domain/contracts/versions-in-force.ts'
import { listInWords } from '#lib/domain/wording/lists.ts'
import type { ContractView } from '#lib/queries/catalogue/asset-contracts.ts'

/** A contract in one line: its version and whose it is, whether it is kept, who reads by it, what comes next and when it ends. */
export function ContractLine({ contract }: { contract: ContractView }) {
  const { key, held, coming, broken } = contract
  // What is broken says whose promise that is to whom.
  const people = broken === null ? held : null
  return (
    <p>
      <span>
        <a href={assetPath(key, 'contract')}>
          <bdi>{held === null ? 'Its contract' : `${held.name} ${held.version}`}</bdi>
        </a>{' '}
        <Standing contract={contract} />
      </span>
      {people?.owner != null && (
        <span>
          promised by <bdi>{people.owner}</bdi>
        </span>
      )}
      {people !== null && people.consumers.length > 0 && (
        <span>
          read by <bdi>{listInWords(people.consumers)}</bdi>
        </span>
      )}
      {coming.map((one) => (
        <span key={`${one.kind} ${one.version}`}>
          {one.version} {one.kind === 'begins' ? 'from' : 'ends on'} <Time at={one.at} form="day" />
          {one.kind === 'begins' ? ': ' : ', '}
          <bdi>{comingInWords(one)}</bdi>
        </span>
      ))}
      {held !== null && coming.length === 0 && <span>until further notice</span>}
    </p>
  )
}

function Standing({ contract: { held, broken, seenAt, earlier } }: { contract: ContractView }) {
  if (broken !== null)
    return (
      <>
        broken since <Time at={broken.from} form="long" />: <bdi>{broken.words}</bdi>
      </>
    )
  if (held === null) return earlier.length > 0 ? 'has ended' : 'does not hold yet'
  return seenAt === null ? 'not compared yet: nobody has told of its fields' : 'kept'
}
