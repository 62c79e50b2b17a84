import { Section } from '#app/_ui/section.tsx'
import { IncidentLine } from '#app/incidents/incident-line.tsx'
import type { IncidentLine as Line } from '#lib/queries/incidents/incident-lines.ts'

/** The incidents that a run is a part of: it failed then, or somebody linked it. */
export function RunIncidents({ incidents }: { incidents: readonly Line[] }) {
  if (incidents.length === 0) return null
  return (
    <Section title="Incidents">
      <ul className="attention mt-0">
        {incidents.map((incident) => (
          <IncidentLine key={incident.id} incident={incident} />
        ))}
      </ul>
    </Section>
  )
}
