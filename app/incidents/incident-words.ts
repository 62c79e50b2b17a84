import { incidentTitle as titleOf } from '#lib/domain/wording/incident-title.ts'

/** What an incident is about, as the pages call it. */
export const incidentTitle = titleOf
