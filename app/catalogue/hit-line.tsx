import type { ReactNode } from 'react'
import { assetPath, connectionPath, feedPath, flowPath, foundThingPath, groupPath } from '#app/_ui/paths.ts'
import { Mark, StatusMark } from '#app/_ui/status-mark.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import type { Match } from '#lib/domain/search/match.ts'
import type { SearchWords } from '#lib/domain/search/question.ts'
import type { CatalogueHit } from '#lib/queries/catalogue/hits.ts'
import { ContractLine } from './contract-line.tsx'
import { EntityFold } from './entity-fold.tsx'
import { KINDS, PLACE_WORDS } from './entry-words.ts'
import { Marked } from './marked.tsx'

interface HitProps {
  hit: CatalogueHit
  search: SearchWords
}

interface LineProps extends HitProps {
  isOpen?: boolean
  /** Contracts were asked for. */
  isContract?: boolean
}

/** One thing that was found: how it stands, what and where it is, why it is among them, how fresh it is. */
export function HitLine({ hit, search, isOpen = false, isContract = false }: LineProps) {
  const { kind, key, name, contract, matches } = hit
  const isAsked = isContract || matches.some(({ field }) => field === 'standing')
  return (
    <li className="hit">
      <div>
        <Standing hit={hit} />
      </div>
      <div>
        <p>
          <a href={pathOf(hit)} dir="auto">
            <Marked text={name} search={search} />
          </a>{' '}
          <span className="tag">{KINDS[kind][0]}</span>
        </p>
        <Where hit={hit} search={search} />
        {key !== name && (
          <p>
            <code dir="auto">
              <Marked text={key} search={search} isKey />
            </code>
          </p>
        )}
        <Reasons hit={hit} search={search} />
        {isAsked && contract !== null && <ContractLine contract={contract} />}
        <EntityFold hit={hit} path={pathOf(hit)} isOpen={isOpen} />
      </div>
      <Freshness hit={hit} />
    </li>
  )
}

function pathOf({ kind, key, state, connection, path, feed }: CatalogueHit): string {
  if (kind === 'group') return groupPath(key)
  if (kind === 'feed') return feedPath(key)
  if (kind === 'flow') return flowPath(key)
  if (kind === 'connection') return connectionPath(key)
  const isOnlyFound = state === 'found' || (state === 'gone' && feed === null)
  return isOnlyFound && connection !== null && path !== null ? foundThingPath(connection, path) : assetPath(key)
}

/** What is only found has no status, and looks like it: hollow. */
function Standing({ hit: { kind, state, status } }: Pick<HitProps, 'hit'>) {
  if (state === 'found')
    return (
      <>
        <Mark icon="found">Found</Mark>
        <span className="ms-[22px] block text-note text-muted max-md:ms-2 max-md:inline">not adopted</span>
      </>
    )
  if (state === 'gone') return <Mark icon="gone">Gone</Mark>
  return kind === 'flow' || kind === 'connection' ? null : <StatusMark status={status} />
}

function Where({ hit: { feed, group, connection, owner, kind, labels, state }, search }: HitProps) {
  const parts: [string, ReactNode][] = []
  if (feed !== null && kind !== 'feed')
    parts.push([
      'feed',
      <a key="feed" href={feedPath(feed.key)} dir="auto">
        <Marked text={feed.name} search={search} />
      </a>,
    ])
  if (group !== null) parts.push(['group', <Marked key="group" text={group.name} search={search} />])
  if (connection !== null && kind !== 'connection')
    parts.push(['connection', <Marked key="connection" text={connection} search={search} />])
  if (state !== 'adopted')
    for (const [name, value] of Object.entries(labels).slice(0, 3))
      parts.push([`label ${name}`, <Labelled key={name} name={name} value={value} search={search} />])
  if (owner !== null)
    parts.push([
      'owner',
      <span key="owner">
        owner <Marked text={owner} search={search} />
      </span>,
    ])
  if (parts.length === 0) return null
  return (
    <p>
      {parts.map(([key, shown]) => (
        <span key={key}>{shown}</span>
      ))}
    </p>
  )
}

function Labelled({ name, value, search }: { name: string; value: string; search: SearchWords }) {
  return (
    <>
      {name} <Marked text={value} search={search} />
    </>
  )
}

/** What was looked for and stands neither in its name nor where it is; without words why it exists, or what it is. */
function Reasons({ hit, search }: HitProps) {
  const said = hit.matches.filter((match) => !isShownAbove(match, hit))
  const about = hit.why ?? hit.description
  if (said.length === 0 && about !== null)
    return <p className="line-clamp-2 print:line-clamp-none">{<Marked text={about} search={search} />}</p>
  return said.map((match) => (
    <p key={`${match.field} ${match.text}`} className="line-clamp-3 print:line-clamp-none">
      <Reason match={match} search={search} />
    </p>
  ))
}

function isShownAbove({ field, text, ...match }: Match, { feed, group, connection, owner, labels, state }: CatalogueHit): boolean {
  if (field === 'name' || field === 'key' || field === 'standing') return true
  if (field === 'label' && state !== 'adopted')
    return (
      'name' in match &&
      Object.keys(labels)
        .slice(0, 3)
        .includes(match.name ?? '')
    )
  return { feed: feed?.name, group: group?.name, connection, owner }[field as 'feed'] === text
}

function Reason({ match, search }: { match: Match; search: SearchWords }) {
  const marked = <Marked text={match.text} search={search} />
  switch (match.field) {
    case 'name':
    case 'key':
      return marked
    case 'column':
    case 'promised':
      return (
        <>
          {match.field === 'promised' ? 'promised field' : 'column'} <code>{marked}</code>
          {match.description !== null && (
            <>
              : <Marked text={match.description} search={search} />
            </>
          )}
        </>
      )
    case 'why':
      return <>why: {marked}</>
    case 'description':
      return marked
    default:
      return (
        <>
          {match.field === 'label' ? match.name : PLACE_WORDS[match.field]} {marked}
        </>
      )
  }
}

/** How fresh it is in words: how far its data reach, and when they came. */
function Freshness({ hit }: Pick<HitProps, 'hit'>) {
  const { clocks, state, foundAt, goneAt } = hit
  if (goneAt !== null)
    return (
      <p>
        since <Time at={goneAt} />
      </p>
    )
  if (state === 'found')
    return foundAt === null ? null : (
      <p>
        <span>
          since <Time at={foundAt} />
        </span>
        <a href={pathOf(hit)}>what adopting needs</a>
      </p>
    )
  if (clocks.dataThroughAt === null && clocks.updatedAt === null) return null
  return (
    <p>
      {clocks.dataThroughAt !== null && (
        <span>
          Data through <Time at={clocks.dataThroughAt} form={clocks.dataThroughIsDay ? 'day' : 'short'} />
        </span>
      )}
      {clocks.updatedAt !== null && (
        <span>
          Updated <Time at={clocks.updatedAt} />
          <Age at={clocks.updatedAt} brackets past />
        </span>
      )}
    </p>
  )
}
