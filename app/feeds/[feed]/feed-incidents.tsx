import { incidentPath, incidentsPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { HandlingWords, IncidentLine } from '#app/incidents/incident-line.tsx'
import { incidentTitle } from '#lib/domain/wording/incident-title.ts'
import type { FeedPage } from '#lib/queries/pages/feed-page.ts'

/** The incidents that hold the feed back, then the last that did. */
export function FeedIncidents({ feed, incidents: { open, past } }: { feed: string; incidents: FeedPage['incidents'] }) {
  return (
    <Section title="Incidents" note={<a href={incidentsPath({ feed })}>All of this feed</a>}>
      {open.length + past.length === 0 ? (
        <p className="muted">None in the last two weeks.</p>
      ) : (
        <ul className="attention mt-0">
          {[...open, ...past].map((incident) => (
            <IncidentLine key={incident.id} incident={incident} />
          ))}
        </ul>
      )}
    </Section>
  )
}

/** Beside the verdict: the incidents that hold the feed back, and who is on them. */
export function PartOfIncidents({ open }: { open: FeedPage['incidents']['open'] }) {
  return open.map((incident) => (
    <p key={incident.id} className="mt-2">
      <a href={incidentPath(incident.id)}>
        Part of an incident: <bdi>{incidentTitle(incident)}</bdi>
      </a>
      .{' '}
      <span className="muted">
        <HandlingWords incident={incident} />
      </span>
    </p>
  ))
}
