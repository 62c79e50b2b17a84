import type { ReactNode } from 'react'
import { AddressNote, AnnouncedNotes, BrokenNote } from '#app/_ui/feeds/contract-notes.tsx'
import { Listed } from '#app/_ui/listed.tsx'
import { Facts, Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import type { EntityField } from '#lib/domain/contracts/entity-fields.ts'
import type { LevelView } from '#lib/domain/contracts/level-promises.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { listInWords } from '#lib/domain/wording/lists.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import { capital } from '#lib/domain/wording/sentences.ts'
import type { AddressView, ContractView, FieldView } from '#lib/queries/catalogue/asset-contracts.ts'
import type { NamedReader } from '#lib/queries/catalogue/contract-readers.ts'
import { ReaderName } from './reader-name.tsx'

/** More fields than these are folded. */
const OPEN_MAX = 15
const COMES_TO = {
  stop: 'Stale: what reads it may refuse to run. A warning, such as a value that is not allowed, makes it Late',
  warn: 'Late',
}

interface ContractSectionProps {
  contract: ContractView | null
  readers: readonly NamedReader[]
  /** What is seen of it, and what is promised. */
  fields: readonly EntityField[]
}

/** What its producer promises of its shape, whether that is kept, and what will change; nothing where nothing is promised. */
export function ContractSection({ contract, readers, fields }: ContractSectionProps) {
  if (contract === null) return null
  const { held, onBreak, noted, mended, earlier } = contract
  return (
    <div id="contract">
      <Section title="Contract" note={held === null ? 'No version holds now' : `${held.name}, version ${held.version}`}>
        <div className="max-w-[720px] space-y-3">
          <Standing contract={contract} />
          <Missing fields={fields} />
          {noted.length > 0 && (
            <p>
              Noted, and no break: <bdi>{noted.join('; ')}</bdi>.
            </p>
          )}
          <AnnouncedNotes contract={contract} />
          <AddressNote contract={contract} />
        </div>
        <Facts
          facts={[
            ['Read from', contract.address && <ReadFrom address={contract.address} />],
            ['Promised by', held?.owner ?? null],
            ['Read by', held === null || held.consumers.length === 0 ? null : namesOf(held.consumers, readers)],
            ['Also promises', levelsOf(held?.levels ?? [])],
            ['Supported until', dayOf(held?.supportedUntil)],
            ['Holds until', held && <HoldsUntil held={held} />],
            ['A break makes it', COMES_TO[onBreak]],
          ]}
        />
        {held !== null && <PromisedFields fields={held.fields} isOfFiles={contract.isOfFiles} />}
        {earlier.length > 0 && <EarlierVersions earlier={earlier} />}
        {mended.length > 0 && (
          <details className="fold mt-4">
            <summary>Broken before</summary>
            <ul className="mt-2 space-y-2">
              {mended.map(({ from, to, words }) => (
                <li key={from}>
                  <Time at={from} form="long" /> to <Time at={to ?? from} form="long" />: <bdi>{capital(words)}</bdi>.
                </li>
              ))}
            </ul>
          </details>
        )}
      </Section>
    </div>
  )
}

const MISSING_NAMED = 5

/** Which promised fields are not there, where that can be told. */
function Missing({ fields }: Pick<ContractSectionProps, 'fields'>) {
  const promised = fields.filter(({ isPromised }) => isPromised)
  const missing = promised.filter(({ isSeen, isUntold }) => !isSeen && !isUntold).map(({ name }) => name)
  if (missing.length === 0) return null
  const left = missing.length - MISSING_NAMED
  const named = [...missing.slice(0, MISSING_NAMED), ...(left > 0 ? [`${formatCount(left)} more`] : [])]
  return (
    <p>
      {formatCount(promised.length)} promised, {formatCount(promised.length - missing.length)} there: <bdi>{listInWords(named)}</bdi>{' '}
      {missing.length === 1 ? 'is' : 'are'} missing.
    </p>
  )
}

function namesOf(consumers: readonly string[], readers: readonly NamedReader[]): ReactNode {
  return <Listed items={consumers.map((name) => ({ key: name, shown: <ReaderName name={name} readers={readers} /> }))} />
}

function ReadFrom({ address: { url, goodAt } }: { address: AddressView }) {
  return (
    <>
      <a href={url} rel="noreferrer" className="break-all">
        {url}
      </a>
      {goodAt !== null && (
        <span className="muted">
          , last on <Time at={goodAt} form="long" />
        </span>
      )}
    </>
  )
}

/** What of its service levels the asset is judged by, and what the contract keeps for who reads it. */
function levelsOf(levels: readonly LevelView[]): ReactNode {
  if (levels.length === 0) return null
  return (
    <ul>
      {levels.map(({ words, isJudged }) => (
        <li key={words}>
          <bdi>{capital(words)}</bdi>
          <span className="muted">{isJudged ? ', judged here' : ', not judged here'}</span>
        </li>
      ))}
    </ul>
  )
}

/** Its last day, and what comes then; a contract holds one version at a time, whatever end of life the one before was given. */
function HoldsUntil({ held: { ends, until } }: { held: NonNullable<ContractView['held']> }) {
  if (ends === null) return 'further notice'
  return (
    <>
      <Time at={ends.at} form="long" />
      {ends.next !== null && `, when ${ends.next} takes its place`}
      {until !== null && until > ends.at && (
        <span className="muted">
          ; its end of life is <Time at={until} form="long" />
        </span>
      )}
    </>
  )
}

function EarlierVersions({ earlier }: Pick<ContractView, 'earlier'>) {
  return (
    <details className="fold mt-4">
      <summary>Earlier versions</summary>
      <ul className="mt-2 space-y-2">
        {earlier.map(({ version, from, until }) => (
          <li key={version}>
            {version}:{' '}
            {from !== null && (
              <>
                from <Time at={from} form="long" />{' '}
              </>
            )}
            until <Time at={until} form="long" />
          </li>
        ))}
      </ul>
    </details>
  )
}

function dayOf(at: Instant | null | undefined): ReactNode {
  return at == null ? null : <Time at={at} form="long" />
}

function PromisedFields({ fields, isOfFiles }: { fields: readonly FieldView[]; isOfFiles: boolean }) {
  const ofWhat = isOfFiles ? ' of each record' : ''
  if (fields.length === 0) return null
  return (
    <details className="fold mt-4" open={fields.length <= OPEN_MAX}>
      <summary>
        {fields.length === 1 ? `The field it promises${ofWhat}` : `The ${formatCount(fields.length)} fields it promises${ofWhat}`}
      </summary>
      <table className="table stacked w-full table-fixed">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Type</th>
            <th scope="col">Rules</th>
            <th scope="col">What it says</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ name, type, rules, description }) => (
            <tr key={name}>
              <th scope="row" className="font-normal">
                <code dir="auto">{name}</code>
              </th>
              <td data-label="Type" className={type === null ? 'absent' : 'muted col-auto'}>
                {type ?? '–'}
              </td>
              <td data-label="Rules" className={rules === '' ? 'absent' : undefined} dir="auto">
                {rules === '' ? '–' : rules}
              </td>
              <td data-label="What it says" className={description === null ? 'absent' : 'col-span-full'} dir="auto">
                {description ?? '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

function Standing({ contract }: { contract: ContractView }) {
  const { held, broken, seenAt, isOfFiles, file } = contract
  if (broken !== null) return <BrokenNote contract={contract} broken={broken} />
  if (held === null) return null
  if (seenAt === null) return <p>Nobody has told of its {isOfFiles ? 'records' : 'columns'} yet, so there is nothing to compare.</p>
  if (isOfFiles) {
    return (
      <p>
        Kept: the records of {file !== null && <bdi>{file}</bdi>}
        {file !== null && ', '}the last file that landed{file !== null && ','} are what is promised.
      </p>
    )
  }
  return (
    <p>
      Kept when they were last told of: its columns, unchanged since <Time at={seenAt} form="long" />, are what is promised.
    </p>
  )
}
