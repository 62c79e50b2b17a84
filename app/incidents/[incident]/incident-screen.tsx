import { CauseList } from '#app/_ui/feeds/cause-list.tsx'
import { sentence } from '#app/_ui/feeds/change-list.tsx'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { dayPath, incidentPath, incidentsPath, lineagePath, runPath, subjectPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import { HandlingWords, HeldBack } from '#app/incidents/incident-line.tsx'
import { localDay } from '#lib/domain/time/local-day.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { incidentTitle, troubledSince } from '#lib/domain/wording/incident-title.ts'
import { pastReasonInWords } from '#lib/domain/wording/past-cause-words.ts'
import { reasonInWords } from '#lib/domain/wording/words.ts'
import type { CauseDetails } from '#lib/queries/days/cause-details.ts'
import type { IncidentPage } from '#lib/queries/incidents/incident-page.ts'
import { BeforeIt } from './before-it.tsx'
import { LinkedWork } from './linked-work.tsx'
import { Members } from './members.tsx'
import { SayForms } from './say-forms.tsx'
import { Timeline } from './timeline.tsx'

/** An incident: what it is about, since when, who is affected and on it, all that happened, and what changed before it. */
export function IncidentScreen({ found, reader }: { found: IncidentPage; reader: string | null }) {
  const { page, now, banners, incident } = found
  return (
    <PageShell
      page={page}
      now={now}
      banners={banners}
      shows={[`incident:${incident.id}`]}
      place="incidents"
      crumbs={[['Incidents', incidentsPath()]]}
    >
      <Head found={found} reader={reader} />
      <Causes found={found} />
      <Members incident={incident} />
      <Timeline incident={incident} />
      <LinkedWork linked={incident.linked} />
      <BeforeIt changes={incident.before} />
    </PageShell>
  )
}

function Head({ found: { incident, page, takesActions, templates }, reader }: { found: IncidentPage; reader: string | null }) {
  const { status, openedAt, endedAt, cameFrom, withdrawnAt, update } = incident
  const since = endedAt === null ? troubledSince(incident) : openedAt
  return (
    <header className="max-w-[880px] pt-4 pb-6">
      <h1 dir="auto">{incidentTitle(incident)}</h1>
      <p className="verdict">
        {endedAt === null && withdrawnAt === null ? (
          <StatusMark status={status} big />
        ) : (
          <span className="text-[20px] leading-7 font-semibold">Over</span>
        )}
        <span className="muted">
          {endedAt === null ? 'since ' : ''}
          <Time at={since} form="long" />
          {endedAt === null ? (
            <Age at={since} brackets />
          ) : (
            <>
              {' to '}
              <Time at={endedAt} form="long" />, {formatDuration(endedAt - openedAt)}
            </>
          )}
        </span>
      </p>
      <Fate incident={incident} />
      <div className="lead">
        <HeldBack incident={incident} isOver={endedAt !== null || withdrawnAt !== null} since={since < openedAt ? openedAt : null} />
      </div>
      {endedAt === null && withdrawnAt === null && (
        <p className="mt-2">
          <HandlingWords incident={incident} />
        </p>
      )}
      <p className="mt-2">
        <a href={dayPath(localDay(openedAt, page.zone))}>What else happened that day</a>
      </p>
      {cameFrom !== null && (
        <p className="mt-2 muted">
          It parted from <a href={incidentPath(cameFrom)}>another incident</a>.
        </p>
      )}
      {update !== null && (
        <blockquote className="mt-4 rounded bg-sheet px-4 py-3">
          <p className="whitespace-pre-wrap" dir="auto">
            {update.text}
          </p>
          <footer className="mt-1 muted text-sm">
            <bdi>{update.by}</bdi>, <Time at={update.at} form="long" />
          </footer>
        </blockquote>
      )}
      {takesActions && <SayForms incident={incident} reader={reader} templates={templates} />}
    </header>
  )
}

/** What became of one that is neither open nor simply over. */
function Fate({ incident: { withdrawnAt, mergedInto, endHow } }: { incident: IncidentPage['incident'] }) {
  return (
    <>
      {withdrawnAt !== null && (
        <p className="lead">
          Later evidence says that this never was one. It is kept for what people said of it.
          {mergedInto !== null && (
            <>
              {' '}
              What it held is part of <a href={incidentPath(mergedInto)}>another incident</a>.
            </>
          )}
        </p>
      )}
      {endHow === 'merged' && mergedInto !== null && (
        <p className="lead">
          It goes on in <a href={incidentPath(mergedInto)}>an older incident</a>, which has the same cause.
        </p>
      )}
    </>
  )
}

/** What it stands on, each with since when and why; as long as it goes on, also when that is good again and whom to ask. */
function Causes({ found: { incident, why, lines, now } }: { found: IncidentPage }) {
  const { roots } = incident
  if (roots.length === 0) return null
  const title = 'What it comes down to'
  if (lines.length > 0)
    return (
      <Section title={title}>
        <CauseList lines={lines} total={lines.length} now={now} />
      </Section>
    )
  return (
    <Section title={title}>
      <ul className="space-y-2">
        {roots.map(({ cause, kind, key, name, since, to }, index) => (
          <li key={cause}>
            {kind !== 'asset' && kind !== 'unseen' && <span className="muted">{kind} </span>}
            {kind === 'unseen' ? (
              name
            ) : (
              <a href={subjectPath({ kind, key })}>
                <bdi>{name}</bdi>
              </a>
            )}{' '}
            <span className="muted">
              since <Time at={since} form="long" />
            </span>
            {kind === 'asset' && (
              <>
                {' '}
                <a className="small" href={lineagePath({ focus: key })}>
                  the path
                </a>
              </>
            )}
            <Why of={why[index]} isOver={to !== null} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** Why, in the words of the run that failed, where one did. */
function Why({ of, isOver }: { of: CauseDetails | undefined; isOver: boolean }) {
  const inWords = isOver ? pastReasonInWords : reasonInWords
  const words = of?.says ?? (of?.reason == null ? null : sentence(inWords(of.reason)))
  if (of === undefined || words === null) return null
  return (
    <p className="mt-1">
      <bdi>{words}</bdi>
      {of.run !== null && (
        <>
          {' '}
          <a href={runPath(of.run)}>The run</a>
        </>
      )}
    </p>
  )
}
