import { z } from 'zod'
import { deployNotedSchema, incidentDetailSchema, incidentSchema, saidSchema } from '#lib/queries/api/incident-answers.ts'
import { assignBody, deployBody, linkBody, noteBody, postmortemBody, snoozeBody, updateBody } from '#lib/queries/api/incident-bodies.ts'
import { incidentsQuestion } from '#lib/queries/api/questions.ts'
import { list, type Operation, type Operations, order, read } from './operation.ts'

const path = { incident: z.int().min(1).meta({ description: 'The number of an incident.' }) }
const ONCE = 'Said twice it stands once. What the facts say of status and times nobody changes.'

const say = (summary: string, options: Partial<Operation> = {}) => ({
  post: order(summary, saidSchema, { path, description: ONCE, ...options }),
})

/** What can be read and said of incidents. */
export const INCIDENT_OPERATIONS: Operations = {
  '/api/v1/deploys': {
    post: order('Note what was rolled out', deployNotedSchema, {
      body: deployBody,
      description: 'It stands before the incidents that open in the day after. A token that runs may note it.',
    }),
  },
  '/api/v1/incidents': { get: list('Incidents', incidentSchema, incidentsQuestion, { description: 'The newest first.' }) },
  '/api/v1/incidents/{incident}': { get: read('An incident', incidentDetailSchema, { path, refusals: [404] }) },
  '/api/v1/incidents/{incident}/acknowledge': say('Acknowledge an incident'),
  '/api/v1/incidents/{incident}/assign': say('Say whose an incident is', { body: assignBody }),
  '/api/v1/incidents/{incident}/snooze': say('Remind nobody of an incident until a time', { body: snoozeBody }),
  '/api/v1/incidents/{incident}/update': say('Write of an incident to everybody who sees something of it', { body: updateBody }),
  '/api/v1/incidents/{incident}/note': say('Note something of an incident for engineers', { body: noteBody }),
  '/api/v1/incidents/{incident}/postmortem': say('Say what an incident was', { body: postmortemBody }),
  '/api/v1/incidents/{incident}/link': say('Link a run or an order to an incident', { body: linkBody }),
}
