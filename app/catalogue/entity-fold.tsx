import type { ReactNode } from 'react'
import { assetPath, questionOf, subjectPath } from '#app/_ui/paths.ts'
import { Facts } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import type { EntityField } from '#lib/domain/contracts/entity-fields.ts'
import { counted, formatCount } from '#lib/domain/wording/numbers.ts'
import { capital } from '#lib/domain/wording/sentences.ts'
import { UNSEEN } from '#lib/domain/wording/words.ts'
import type { ContractView } from '#lib/queries/catalogue/asset-contracts.ts'
import type { CatalogueHit } from '#lib/queries/catalogue/hits.ts'
import type { Named } from '#lib/queries/catalogue/neighbour-names.ts'

const NAMES_SHOWN = 8
const FIELDS_SHOWN = 30

/** Who makes it and who reads it, what is promised of it, its fields: folded behind how much of each there is; nothing where nothing is known. */
export function EntityFold({ hit, path, isOpen }: { hit: CatalogueHit; path: string; isOpen: boolean }) {
  const { writer, around, contract, fields } = hit
  const summary = summaryOf(hit)
  if (summary === '') return null
  return (
    <details className="fold" open={isOpen}>
      <summary>{summary}</summary>
      <Facts
        facts={[
          [
            'Written by',
            writer && (
              <a href={subjectPath(writer)}>{writer.kind === 'flow' ? <code dir="auto">{writer.name}</code> : <bdi>{writer.name}</bdi>}</a>
            ),
          ],
          ['Made from', around && namesOf(around.upstream, around.unseenUpstream, path)],
          ['Read by', around && namesOf(around.downstream, around.unseenDownstream, path)],
          ['Contract', contract && <Promised contract={contract} />],
          ['Read by contract', contract?.held == null || contract.held.consumers.length === 0 ? null : contract.held.consumers.join(', ')],
        ]}
      />
      <Fields fields={fields} path={path} asset={around === null ? null : hit.key} />
    </details>
  )
}

function summaryOf({ writer, around, contract, fields }: CatalogueHit): string {
  const { upstream = [], downstream = [] } = around ?? {}
  const parts = [
    fields.length > 0 && fieldsInWords(fields),
    writer !== null && `written by ${writer.name}`,
    upstream.length > 0 && `made from ${formatCount(upstream.length)}`,
    downstream.length > 0 && `read by ${formatCount(downstream.length)}`,
    contract !== null && contractInWords(contract),
  ]
  return capital(parts.filter((part) => part !== false).join(', '))
}

/** How many there are, and how many of them only the contract knows. */
function fieldsInWords(fields: readonly EntityField[]): string {
  const missing = fields.filter(({ isSeen, isUntold }) => !isSeen && !isUntold).length
  return `${counted(fields.length, 'field')}${missing === 0 ? '' : ` (${formatCount(missing)} promised and not there)`}`
}

function contractInWords({ broken, held }: ContractView): string {
  const called = held === null ? 'contract' : `contract ${held.version}`
  if (broken !== null) return `${called} broken`
  return held === null ? 'under a contract' : called
}

function namesOf(names: readonly Named[], hasUnseen: boolean, path: string): ReactNode {
  if (names.length === 0) return hasUnseen ? UNSEEN : null
  const left = names.length - NAMES_SHOWN
  return (
    <>
      {names.slice(0, NAMES_SHOWN).map(({ key, name }, at) => (
        <span key={key}>
          {at > 0 && ', '}
          <a href={assetPath(key)} dir="auto">
            {name}
          </a>
        </span>
      ))}
      {left > 0 && (
        <>
          {' '}
          and <a href={path}>{formatCount(left)} more</a>
        </>
      )}
      {hasUnseen && `, and ${UNSEEN}`}
    </>
  )
}

/** Its version, whose it is, whether it is kept, and what is announced. */
function Promised({ contract: { key, held, broken, coming, seenAt, earlier } }: { contract: ContractView }) {
  return (
    <>
      <a href={assetPath(key, 'contract')}>
        <bdi>
          {held === null ? (earlier.length > 0 ? 'No version holds any more' : 'No version holds yet') : `${held.name} ${held.version}`}
        </bdi>
      </a>
      {held?.owner != null && (
        <>
          , promised by <bdi>{held.owner}</bdi>
        </>
      )}
      {broken !== null ? (
        <>
          ; broken since <Time at={broken.from} form="long" />: <bdi>{broken.words}</bdi>
        </>
      ) : (
        held !== null && seenAt !== null && ', kept'
      )}
      {coming.map(({ kind, version, at }) => (
        <span key={`${kind} ${version}`}>
          ; {version} {kind === 'begins' ? 'from' : 'ends on'} <Time at={at} form="long" />
        </span>
      ))}
    </>
  )
}

/** The fields, each of an asset of the catalogue with the way to who would be hurt if it went. */
function Fields({ fields, path, asset }: { fields: readonly EntityField[]; path: string; asset: string | null }) {
  if (fields.length === 0) return null
  const left = fields.length - FIELDS_SHOWN
  const hasRules = fields.some(({ rules }) => rules !== '')
  return (
    <>
      <table className="table stacked mt-3 w-full table-fixed">
        <thead>
          <tr>
            <th scope="col" className="w-44">
              Field
            </th>
            <th scope="col" className="w-28">
              Type
            </th>
            {hasRules && (
              <th scope="col" className="w-44">
                Rules
              </th>
            )}
            <th scope="col">What it says</th>
          </tr>
        </thead>
        <tbody>
          {fields.slice(0, FIELDS_SHOWN).map((field) => (
            <Row key={field.name} field={field} hasRules={hasRules} asset={asset} />
          ))}
        </tbody>
      </table>
      {left > 0 && (
        <p className="mt-2">
          and <a href={path}>{counted(left, 'more field')}</a>
        </p>
      )}
    </>
  )
}

function Row({
  field: { name, type, rules, description, isSeen, isUntold },
  hasRules,
  asset,
}: {
  field: EntityField
  hasRules: boolean
  asset: string | null
}) {
  return (
    <tr>
      <th scope="row" className="font-normal">
        {asset === null ? (
          <code dir="auto">{name}</code>
        ) : (
          <a href={`${assetPath(asset)}${questionOf({ field: name })}#hurt`} title="Who would be hurt if it went">
            <code dir="auto">{name}</code>
          </a>
        )}
        {!isSeen && <span className="tag">{isUntold ? 'promised' : 'promised, not seen'}</span>}
      </th>
      <td className={type === null ? 'absent' : 'muted'}>{type ?? '–'}</td>
      {hasRules && (
        <td className={rules === '' ? 'absent' : undefined} dir="auto">
          {rules === '' ? '–' : rules}
        </td>
      )}
      <td className={description === null ? 'absent' : 'col-span-full'} dir="auto">
        {description ?? '–'}
      </td>
    </tr>
  )
}
