import { Fragment } from 'react'
import { assetPath, feedPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Time } from '#app/_ui/time.tsx'
import { listInWords } from '#lib/domain/wording/lists.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import { UNSEEN } from '#lib/domain/wording/words.ts'
import type { AskedAsset } from '#lib/queries/catalogue/asked-asset.ts'
import type { FieldHurt } from '#lib/queries/catalogue/field-hurt.ts'
import { ReaderName } from './reader-name.tsx'

type Below = FieldHurt['below']
const SHOWN = 25

/** Who would be hurt if one of its fields went: asked for by name, answered by contract and by lineage; nothing where no field is known. */
export function HurtSection({
  found: { asset, fields, hurt, readers },
}: {
  found: Pick<AskedAsset, 'asset' | 'fields' | 'hurt' | 'readers'>
}) {
  if (fields.length === 0) return null
  const asked = hurt?.field ?? fields.find(({ isPromised }) => isPromised)?.name
  return (
    <div id="hurt">
      <Section title="Who would be hurt if a field went">
        <form action={`${assetPath(asset.key)}#hurt`} className="flex flex-wrap items-center gap-3">
          <select name="field" aria-label="Field" defaultValue={asked} className="max-w-full">
            {fields.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <button type="submit" className="button">
            Show who
          </button>
        </form>
        {hurt !== null && <Answer hurt={hurt} readers={readers} />}
      </Section>
    </div>
  )
}

type Readers = AskedAsset['readers']

function Answer({ hurt: { field, promised, below, hasUnseen }, readers }: { hurt: FieldHurt; readers: Readers }) {
  return (
    <div className="mt-4 space-y-3" role="status">
      <p className="max-w-[720px]">
        <Promised field={field} promised={promised} readers={readers} />
      </p>
      {below.length === 0 && !hasUnseen ? (
        <p>Nothing is known to be made from it.</p>
      ) : (
        <p className="max-w-[720px]">
          By lineage{' '}
          {below.length > 0 && (
            <>
              {formatCount(below.length)} {below.length === 1 ? 'asset is' : 'assets are'} made from it, those with a column of that name
              first; what has none may use it under another name, or not at all
            </>
          )}
          {hasUnseen && `${below.length > 0 ? '; and so is ' : 'it is used by '}${UNSEEN}`}.
        </p>
      )}
      {below.length > 0 && <Rows below={below.slice(0, SHOWN)} />}
      {below.length > SHOWN && (
        <details className="fold">
          <summary>{formatCount(below.length - SHOWN)} more, less likely</summary>
          <Rows below={below.slice(SHOWN)} />
        </details>
      )}
    </div>
  )
}

function Promised({ field, promised, readers }: Pick<FieldHurt, 'field' | 'promised'> & { readers: Readers }) {
  if (promised === null)
    return (
      <>
        No contract promises <code dir="auto">{field}</code> to anybody.
      </>
    )
  const { name, versions, consumers, goes } = promised
  return (
    <>
      <code dir="auto">{field}</code> is promised by the contract <bdi>{name}</bdi>, version {listInWords(versions)}
      {consumers.length > 0 && ', to '}
      {consumers.map((consumer, at) => (
        <Fragment key={consumer}>
          {at > 0 && (at === consumers.length - 1 ? ' and ' : ', ')}
          <ReaderName name={consumer} readers={readers} />
        </Fragment>
      ))}
      .
      {goes !== null && (
        <>
          {' '}
          It goes with version {goes.version}, announced for <Time at={goes.at} form="long" />.
        </>
      )}
    </>
  )
}

function Rows({ below }: { below: Below }) {
  return (
    <table className="table stacked">
      <thead>
        <tr>
          <th scope="col">Asset</th>
          <th scope="col">Column of that name</th>
          <th scope="col">Feed</th>
          <th scope="col">Owner</th>
          <th scope="col">Status</th>
        </tr>
      </thead>
      <tbody>
        {below.map(({ key, name, hasField, feed, owner, status }) => (
          <tr key={key}>
            <th scope="row" className="font-normal">
              <a href={assetPath(key)} dir="auto">
                {name}
              </a>
            </th>
            <td data-label="Column of that name" className={hasField ? 'col-auto' : 'absent'}>
              {hasField ? 'has one' : '–'}
            </td>
            <td data-label="Feed">
              <a href={feedPath(feed.key)} dir="auto">
                {feed.name}
              </a>
            </td>
            <td data-label="Owner" className={owner === null ? 'absent' : 'col-span-full'} dir="auto">
              {owner ?? '–'}
            </td>
            <td data-label="Status">
              <StatusMark status={status} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
