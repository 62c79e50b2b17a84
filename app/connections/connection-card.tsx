import { Listed } from '#app/_ui/listed.tsx'
import { feedPath, flowPath, foundPath, incidentPath } from '#app/_ui/paths.ts'
import { Facts } from '#app/_ui/section.tsx'
import { Mark } from '#app/_ui/status-mark.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { incidentTitle, troubledSince } from '#lib/domain/wording/incident-title.ts'
import { counted, formatCount } from '#lib/domain/wording/numbers.ts'
import { rotationInWords } from '#lib/domain/wording/secret-words.ts'
import type { IncidentLine } from '#lib/queries/incidents/incident-lines.ts'
import type { ConnectionView, LoadedFeed } from '#lib/queries/pages/connections-page.ts'
import type { FoundCounts } from '#lib/queries/pages/found-page.ts'
import { CheckAction } from './check-action.tsx'
import { SecretList } from './secret-list.tsx'

const STATES: Record<ConnectionView['health']['state'], [icon: string, words: string]> = {
  working: ['fresh', 'Works'],
  failing: ['stale', 'Fails'],
  checking: ['running', 'Being checked'],
  unseen: ['unknown', 'Not seen yet'],
}

interface CardProps {
  connection: ConnectionView
  found: FoundCounts | null
  incidents: readonly IncidentLine[]
  /** The feeds that its flows load. */
  loads: readonly LoadedFeed[]
  /** Whoever reads it may have it checked, and so has to do with its secrets. */
  takesActions: boolean
}

/** One outside system: does it let us in, what for, what came of it, and how old are its secrets? */
export function ConnectionCard({ connection, found, incidents, loads, takesActions }: CardProps) {
  const { key, name, kind, health } = connection
  const [icon, words] = STATES[health.state]
  return (
    <article className="card" id={key} aria-labelledby={`name-${key}`}>
      <header>
        <h2 id={`name-${key}`}>
          <bdi>{name}</bdi>
        </h2>
        <span className="muted">{name === key ? kind : `${key}, ${kind}`}</span>
        <Mark icon={icon}>{words}</Mark>
      </header>
      {connection.why !== null && (
        <p className="mt-1" dir="auto">
          {connection.why}
        </p>
      )}
      {health.problem !== null && <p className="mt-1 text-stale-text">{health.problem}</p>}
      <Facts
        form="card-facts"
        facts={[
          ['Address', takesActions || connection.settings.length > 0 ? <Address key="address" connection={connection} /> : null],
          ['Last look', <LastProbe key="look" connection={connection} />],
          ['Last check', <LastCheck key="check" connection={connection} />],
          ['Secrets', takesActions ? <SecretList key="secrets" references={connection.references} /> : null],
          ['Used by', <Usage key="usage" connection={connection} loads={loads} />],
          ['Incidents', incidents.length === 0 ? null : <Incidents key="incidents" incidents={incidents} />],
          ['Holds', found === null || (found.wholeAt === null && found.problem === null) ? null : <Holds key="holds" found={found} />],
        ]}
      />
      {takesActions && (
        <footer>
          <CheckAction
            connection={key}
            checkedAt={connection.checkedAt}
            isChecking={health.state === 'checking'}
            isGood={connection.checkOk}
          />
          <Rotation references={connection.references} />
        </footer>
      )}
    </article>
  )
}

/** Plain settings only; whatever is a reference is listed with where it is set. */
function Address({ connection }: { connection: ConnectionView }) {
  const hidden = connection.references.filter(({ setting }) => /url|host|address|endpoint/i.test(setting))
  if (connection.settings.length === 0) {
    return hidden.length === 0 ? <span className="muted">none</span> : <code>{hidden.map(({ name }) => `\${${name}}`).join(' ')}</code>
  }
  return (
    <ul className="flex flex-wrap gap-x-3">
      {connection.settings.map(([name, value]) => (
        <li key={name}>
          <span className="muted">{name}</span> <code>{value}</code>
        </li>
      ))}
    </ul>
  )
}

function LastProbe({ connection }: { connection: ConnectionView }) {
  const { okAt, failedAt, failures, downSince, probeEveryMs } = connection
  return (
    <>
      {okAt === null ? 'none good yet' : <Moment at={okAt} />}
      {failures > 0 && failedAt !== null && (
        <>
          ; {formatCount(failures)} failed{okAt === null ? '' : ' since'}, the last <Time at={failedAt} />
        </>
      )}
      {downSince !== null && (
        <>
          ; declared down since <Time at={downSince} />
        </>
      )}
      <span className="muted"> · every {formatDuration(probeEveryMs)}</span>
    </>
  )
}

function Moment({ at }: { at: number }) {
  return (
    <>
      <Time at={at} />
      <Age at={at} brackets past />
    </>
  )
}

function LastCheck({ connection }: { connection: ConnectionView }) {
  const { checkedAt, checkOk, checkDetail } = connection
  if (checkedAt === null) return <span className="muted">none yet</span>
  return (
    <>
      <Moment at={checkedAt} />
      {checkOk === null && ' · under way'}
      {checkOk === true && checkDetail !== null && checkDetail !== '' && ` · ${checkDetail}`}
      {checkOk === false && (connection.health.state === 'failing' ? ' · failed' : ` · failed: ${checkDetail ?? ''}`)}
    </>
  )
}

function Usage({ connection, loads }: Pick<CardProps, 'connection' | 'loads'>) {
  const { flows, feeds, assets, written } = connection
  const loaded = [...new Map(loads.map((feed) => [feed.key, feed])).values()].filter(({ key }) => !feeds.some((own) => own.key === key))
  if (flows.length === 0 && assets === 0 && written.assets === 0) return <span className="muted">nothing yet</span>
  return (
    <>
      {flows.length > 0 && (
        <div>
          {flows.length === 1 ? 'flow' : 'flows'}{' '}
          <Listed items={flows.map((name) => ({ key: name, shown: <a href={flowPath(name)}>{name}</a> }))} />
        </div>
      )}
      {assets > 0 && (
        <div>
          {formatCount(assets)} {assets === 1 ? 'asset' : 'assets'} of <Feeds feeds={feeds} />
        </div>
      )}
      {written.assets > 0 && (
        <div>
          its jobs write {counted(written.assets, 'asset')} of <Feeds feeds={written.feeds} />
        </div>
      )}
      {loaded.length > 0 && (
        <div>
          for <Feeds feeds={loaded} />
        </div>
      )}
    </>
  )
}

function Feeds({ feeds }: { feeds: readonly LoadedFeed[] }) {
  return <Listed items={feeds.map(({ key, name }) => ({ key, shown: <a href={feedPath(key)}>{name}</a> }))} />
}

/** What it was a cause of: since when, or from when and how long. */
function Incidents({ incidents }: Pick<CardProps, 'incidents'>) {
  return incidents.map((incident) => (
    <div key={incident.id}>
      <a href={incidentPath(incident.id)}>
        <bdi>{incidentTitle(incident)}</bdi>
      </a>{' '}
      {incident.endedAt === null ? (
        <>
          since <Time at={troubledSince(incident)} />
          <Age at={troubledSince(incident)} brackets />
        </>
      ) : (
        <>
          from <Time at={incident.openedAt} />, for {formatDuration(incident.endedAt - incident.openedAt)}
        </>
      )}
    </div>
  ))
}

/** What discovery saw behind it. */
function Holds({ found }: { found: FoundCounts }) {
  if (found.wholeAt === null && found.found === 0) return <span className="muted">not known: {found.problem}</span>
  return (
    <>
      <a href={foundPath(found.connection)}>{formatCount(found.found)} found</a>, {formatCount(found.adopted)} adopted,{' '}
      {formatCount(found.gone)} gone
      {found.problem !== null && <span className="text-stale-text"> · not all was seen last time</span>}
    </>
  )
}

function Rotation({ references }: { references: ConnectionView['references'] }) {
  const steps = rotationInWords(references)
  if (steps.length === 0) return null
  return (
    <details className="fold">
      <summary>How to replace its secrets</summary>
      <ol className="list-decimal ps-5">
        {steps.map((words) => (
          <li key={words}>{words}</li>
        ))}
        <li>
          Test it here. Tidemark notices the change; <code>rotatedOn: date</code> under the connection tells of an earlier one.
        </li>
      </ol>
    </details>
  )
}
