import { assetPath } from '#app/_ui/paths.ts'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Time } from '#app/_ui/time.tsx'
import type { Coming } from '#lib/domain/contracts/versions-in-force.ts'
import type { ContractView } from '#lib/queries/catalogue/asset-contracts.ts'

/**
 * Of contracts about the assets of a feed: those that are broken, what is announced, and addresses with which something is wrong; nothing where all are kept and stay as they are. Of a feed whose verdict
 * tells a break already, the only one is not told again.
 */
export function ContractNotes({ contracts, isTold }: { contracts: readonly ContractView[]; isTold: boolean }) {
  const isRepeated = isTold && contracts.filter(({ broken }) => broken !== null).length === 1
  const untold = isRepeated ? contracts.map((contract) => ({ ...contract, broken: null })) : contracts
  const told = untold.filter(({ broken, coming, address }) => broken !== null || coming.length > 0 || address?.problem != null)
  if (told.length === 0) return null
  return (
    <ul className="mt-4 space-y-3">
      {told.map((contract) => (
        <li key={contract.key}>
          {contract.broken !== null && <BrokenNote contract={contract} broken={contract.broken} isNamed />}
          <AnnouncedNotes contract={contract} isNamed />
          <AddressNote contract={contract} isNamed />
        </li>
      ))}
    </ul>
  )
}

/** Since when a contract is broken, and by what. */
export function BrokenNote({
  contract: { key, asset },
  broken,
  isNamed = false,
}: {
  contract: ContractView
  broken: NonNullable<ContractView['broken']>
  isNamed?: boolean
}) {
  return (
    <p>
      <StatusMark status={broken.status} />{' '}
      {isNamed ? (
        <>
          The contract about{' '}
          <a href={assetPath(key)}>
            <bdi>{asset}</bdi>
          </a>{' '}
          is
        </>
      ) : (
        'It is'
      )}{' '}
      broken since <Time at={broken.from} form="long" />: <bdi>{broken.words}</bdi>.
    </p>
  )
}

/** Since when the address of a contract does not answer, or says what cannot be used; nothing where all is well. */
export function AddressNote({
  contract: { key, asset, address, versions },
  isNamed = false,
}: {
  contract: ContractView
  isNamed?: boolean
}) {
  if (address?.problem == null) return null
  const { kind, words, since } = address.problem
  return (
    <p>
      The address of the contract
      {isNamed && <About asset={{ key, name: asset }} />}{' '}
      {kind === 'silent' ? 'has not answered as it should since' : 'has held what cannot be used since'} <Time at={since} form="long" />:{' '}
      <bdi>{words}</bdi> {versions.length === 0 ? 'Nothing is promised by it until it is read.' : 'What it said before stays in force.'}
    </p>
  )
}

function About({ asset: { key, name } }: { asset: { key: string; name: string } }) {
  return (
    <>
      {' '}
      about{' '}
      <a href={assetPath(key)}>
        <bdi>{name}</bdi>
      </a>
    </>
  )
}

/** What a coming version changes, with its day; and which one ends. */
export function AnnouncedNotes({ contract: { key, asset, coming }, isNamed = false }: { contract: ContractView; isNamed?: boolean }) {
  return coming.map((one) => (
    <p key={`${one.kind} ${one.version}`}>
      {one.kind === 'begins' ? (
        <>
          Announced for <Time at={one.at} form="long" />
          {isNamed && <About asset={{ key, name: asset }} />}: version {one.version}, <bdi>{changesInWords(one)}</bdi>.
          {one.changes.length > 0 && (
            <>
              {' '}
              Before that <a href={assetPath(key, 'hurt')}>who reads it</a> has to be ready to do without what goes or changes.
            </>
          )}
        </>
      ) : (
        <>
          Version {one.version}
          {isNamed && (
            <>
              {' '}
              of the contract
              <About asset={{ key, name: asset }} />
            </>
          )}{' '}
          ends on <Time at={one.at} form="long" />, and no version takes its place.
        </>
      )}
    </p>
  ))
}

/** Every change, and which version ends with it. */
function changesInWords({ changes, ends }: Extract<Coming, { kind: 'begins' }>): string {
  const what = changes.length === 0 ? 'in which no field changes' : `in which ${changes.join(', ')}`
  return ends === null ? what : `${what}; ${ends} ends then`
}
