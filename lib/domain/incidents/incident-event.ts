import type { News } from './fold-incidents.ts'
import type { FactEntry, IncidentKey } from './incident.ts'

export const EVENT_KINDS = ['opened', 'changed', 'updated', 'resolved'] as const
/** What messages, feeds and streams go by; `updated`: somebody wrote to all. */
export type EventKind = (typeof EVENT_KINDS)[number]

/** As what each piece of news is told, in order, to people who were told before that these stand. */
export function eventKinds(news: readonly News[], told: ReadonlySet<IncidentKey>): EventKind[] {
  const standing = new Set(told)
  return news.map(({ incident, entry }) => {
    const kind = kindOf(entry, standing.has(incident))
    if (kind === 'opened') standing.add(incident)
    if (kind === 'resolved') standing.delete(incident)
    return kind
  })
}

/** Again unhealthy within a quarter of an hour is a change of what stands; after people heard of an end it opens again. */
function kindOf({ kind }: FactEntry, isTold: boolean): EventKind {
  if (kind === 'resolved' || kind === 'merged-into') return 'resolved'
  return kind === 'opened' || (kind === 'reopened' && !isTold) ? 'opened' : 'changed'
}
