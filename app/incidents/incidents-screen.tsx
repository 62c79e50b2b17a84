import { Listed } from '#app/_ui/listed.tsx'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { dayPath, feedPath, incidentPath, incidentsPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { localDay } from '#lib/domain/time/local-day.ts'
import { dayName } from '#lib/domain/wording/dates.ts'
import { incidentTitle } from '#lib/domain/wording/incident-title.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import type { IncidentsPage } from '#lib/queries/incidents/incidents-page.ts'
import { AnnouncedWork } from './announced-work.tsx'
import { FeedChoice } from './feed-choice.tsx'
import { IncidentLine } from './incident-line.tsx'

/** What is open, and what was, day by day. */
export function IncidentsScreen({ found }: { found: IncidentsPage }) {
  const { page, now, banners, feed, open } = found
  return (
    <PageShell page={page} now={now} banners={banners} shows={['incident:*']} place="incidents">
      <header className="max-w-[880px] pt-10 pb-6 max-md:pt-6">
        <h1>
          Incidents
          {feed !== null && (
            <>
              {' of '}
              <bdi>{feed.name}</bdi>
            </>
          )}
        </h1>
        <p className="lead">
          {open.length === 0 ? 'Nothing is open.' : `${counted(open.length, 'incident')} ${open.length === 1 ? 'is' : 'are'} open.`} An
          incident is everything that one cause holds back, until all of it is well again.
        </p>
        <FeedChoice feeds={found.feeds} chosen={feed?.key ?? null} />
        {feed !== null && (
          <p className="mt-2">
            <a href={feedPath(feed.key)}>The feed</a>
          </p>
        )}
      </header>
      {open.length > 0 && (
        <Section title="Open">
          <ul className="attention mt-0">
            {open.map((incident) => (
              <IncidentLine key={incident.id} incident={incident} />
            ))}
          </ul>
        </Section>
      )}
      <AnnouncedWork work={found.work} />
      <PastDays found={found} />
    </PageShell>
  )
}

function PastDays({ found: { page, open, days, older, newer, feed } }: { found: IncidentsPage }) {
  const begun = Map.groupBy(open, ({ openedAt }) => localDay(openedAt, page.zone))
  return (
    <Section title="Past">
      <ol className="past-days">
        {days.map(({ day, incidents }) => (
          <li key={day}>
            <h3>
              <a href={dayPath(day)}>{dayName(day)}</a>
            </h3>
            <GoingOn incidents={begun.get(day) ?? []} />
            {incidents.length === 0 ? (
              begun.get(day) === undefined && <p className="muted">None began.</p>
            ) : (
              <ul className="attention mt-0 border-t-0">
                {incidents.map((incident) => (
                  <IncidentLine key={incident.id} incident={incident} />
                ))}
              </ul>
            )}
          </li>
        ))}
      </ol>
      {(older !== null || newer !== null) && (
        <nav className="mt-6 flex flex-wrap gap-x-6" aria-label="Other days">
          {newer !== null && <a href={incidentsPath({ feed: feed?.key, before: newer })}>← Later</a>}
          {older !== null && <a href={incidentsPath({ feed: feed?.key, before: older })}>Earlier →</a>}
        </nav>
      )}
    </Section>
  )
}

/** Those that began on a day and stand above, since they go on. */
function GoingOn({ incidents }: { incidents: IncidentsPage['open'] }) {
  if (incidents.length === 0) return null
  const items = incidents.map((incident) => ({
    key: String(incident.id),
    shown: (
      <a href={incidentPath(incident.id)}>
        <bdi>{incidentTitle(incident)}</bdi>
      </a>
    ),
  }))
  return (
    <p className="muted">
      Began and {incidents.length === 1 ? 'goes' : 'go'} on: <Listed items={items} />.
    </p>
  )
}
