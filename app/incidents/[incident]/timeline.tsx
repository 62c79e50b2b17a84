import { Fragment, type ReactNode } from 'react'
import { feedPath, incidentPath, subjectPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import type { FactEntry, IncidentKey } from '#lib/domain/incidents/incident.ts'
import type { Said } from '#lib/domain/incidents/said.ts'
import { assetOf, type CauseKey } from '#lib/domain/lineage/causes/cause.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import { statusInWords } from '#lib/domain/wording/words.ts'
import type { IncidentView } from '#lib/queries/incidents/incident.ts'

const SHOWN = 60
const NAMED = 4

type Entry = FactEntry | Said

/** All that happened and was said, the newest first. */
export function Timeline({ incident }: { incident: IncidentView }) {
  const all = incident.timeline.toReversed()
  if (all.length === 0) return null
  const [shown, rest] = [all.slice(0, SHOWN), all.slice(SHOWN)]
  return (
    <Section title="What happened">
      <Entries entries={shown} incident={incident} />
      {rest.length > 0 && (
        <details className="fold">
          <summary>{rest.length === 1 ? '1 earlier entry' : `${formatCount(rest.length)} earlier entries`}</summary>
          <Entries entries={rest} incident={incident} />
        </details>
      )}
    </Section>
  )
}

function Entries({ entries, incident }: { entries: readonly Entry[]; incident: IncidentView }) {
  return (
    <ol className="divide-y divide-line text-sm">
      {entries.map((entry, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: several may be alike
        <li key={index} className="grid grid-cols-[184px_minmax(0,1fr)] gap-x-4 py-2 max-md:grid-cols-1">
          <span className="muted">
            <Time at={entry.at} form="long" />
          </span>
          <div>{'by' in entry ? <SaidWords said={entry} /> : <FactWords entry={entry} incident={incident} />}</div>
        </li>
      ))}
    </ol>
  )
}

function FactWords({ entry, incident }: { entry: FactEntry; incident: IncidentView }) {
  switch (entry.kind) {
    case 'opened':
      return (
        <>
          <Opened entry={entry} incident={incident} />
          {entry.cameFrom !== null && (
            <>
              {' '}
              It parted from <Other of={entry.cameFrom} incident={incident} />.
            </>
          )}
        </>
      )
    case 'joined':
      return (
        <>
          Held back, too: <Feeds ids={entry.assetIds} incident={incident} />.
        </>
      )
    case 'left':
      return (
        <>
          Well again, or no longer part of it: <Feeds ids={entry.assetIds} incident={incident} />.
        </>
      )
    case 'root-changed':
      return (
        <>
          {entry.went.length > 0 && (
            <>
              No longer the cause: <Causes keys={entry.went} incident={incident} />.{' '}
            </>
          )}
          {entry.came.length > 0 && (
            <>
              It comes down to <Causes keys={entry.came} incident={incident} />.
            </>
          )}
        </>
      )
    case 'merged':
      return (
        <>
          The same cause as <List items={entry.taken.map((key) => ({ key, shown: <Other of={key} incident={incident} /> }))} />, which went
          on in this one.
        </>
      )
    case 'merged-into':
      return (
        <>
          It goes on in <Other of={entry.into} incident={incident} />.
        </>
      )
    case 'split':
      return (
        <>
          <Other of={entry.off} incident={incident} /> parted from it.
        </>
      )
    case 'turned-worse':
    case 'turned-better':
      return `${entry.kind === 'turned-worse' ? 'Worse' : 'Better'}: ${statusInWords(entry.from).toLowerCase()}, now ${statusInWords(entry.to).toLowerCase()}.`
    case 'resolved':
      return 'All of it was well again.'
    case 'reopened':
      return (
        <>
          Not well after all: <Causes keys={entry.roots} incident={incident} />.
        </>
      )
  }
}

/** What was wrong is not held back by itself. */
function Opened({ entry: { assetIds, roots }, incident }: { entry: Extract<FactEntry, { kind: 'opened' }>; incident: IncidentView }) {
  const own = new Set(roots.map(assetOf))
  const held = assetIds.filter((id) => !own.has(id))
  if (held.length === 0)
    return (
      <>
        It began with <Causes keys={roots} incident={incident} />.
      </>
    )
  return (
    <>
      First held back: <Feeds ids={held} incident={incident} />, because of <Causes keys={roots} incident={incident} />.
    </>
  )
}

function SaidWords({ said }: { said: Said }) {
  const who = <bdi className="font-semibold">{said.by}</bdi>
  switch (said.kind) {
    case 'acknowledged':
      return <>{who} has seen it.</>
    case 'assigned':
      return said.to === null ? (
        <>{who} gave it back.</>
      ) : (
        <>
          {who} gave it to <bdi>{said.to}</bdi>.
        </>
      )
    case 'snoozed':
      return said.until === null ? (
        <>{who} wants reminders again.</>
      ) : (
        <>
          {who} wants no reminders until <Time at={said.until} form="long" />.
        </>
      )
    case 'linked':
      return (
        <>
          {who} linked a {said.to.kind === 'run' ? 'run' : 'reload'}.
        </>
      )
    default:
      return (
        <>
          {who} {SAYS[said.kind]}
          <p className="mt-1 whitespace-pre-wrap" dir="auto">
            {said.text}
          </p>
        </>
      )
  }
}

const SAYS = { updated: 'wrote to everybody:', noted: 'noted:', postmortem: 'looked back:' } as const

function Causes({ keys, incident }: { keys: readonly CauseKey[]; incident: IncidentView }) {
  const items = keys.flatMap((key) => {
    const cause = incident.causes.get(key)
    if (cause === undefined) return []
    const { kind, name } = cause
    return {
      key,
      shown: (
        <>
          {kind === 'flow' || kind === 'job' || kind === 'connection' ? `${kind} ` : ''}
          {kind === 'unseen' ? (
            name
          ) : (
            <a href={subjectPath({ kind, key: cause.key })}>
              <bdi>{name}</bdi>
            </a>
          )}
        </>
      ),
    }
  })
  return <List items={items} />
}

/** Assets by their feeds; those that the reader does not see are left out. */
function Feeds({ ids, incident: { members } }: { ids: readonly number[]; incident: IncidentView }) {
  const wanted = new Set(ids)
  const own = members.filter(({ id }) => wanted.has(id))
  const items = [...Map.groupBy(own, ({ feed }) => feed.key)].map(([key, some]) => ({
    key,
    shown: (
      <a href={feedPath(key)}>
        <bdi>{some[0]?.feed.name}</bdi>
      </a>
    ),
  }))
  return items.length === 0 ? 'nothing that is shown here' : <List items={items} />
}

function Other({ of, incident: { incidents } }: { of: IncidentKey; incident: IncidentView }) {
  const id = incidents.get(of)
  return id === undefined ? 'another incident' : <a href={incidentPath(id)}>incident {id}</a>
}

function List({ items }: { items: readonly { key: string; shown: ReactNode }[] }) {
  const more = items.length - NAMED
  return (
    <>
      {items.slice(0, NAMED).map(({ key, shown }, index) => (
        <Fragment key={key}>
          {index > 0 && (index === items.length - 1 ? ' and ' : ', ')}
          {shown}
        </Fragment>
      ))}
      {more > 0 && ` and ${more} more`}
    </>
  )
}
