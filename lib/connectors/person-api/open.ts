import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { probeEach, reachable } from '#lib/connectors/kit/probe.ts'
import { forQuestion } from '#lib/connectors/kit/session.ts'
import { readPeople } from './read-people.ts'
import { bodiesFor, personApiRequest } from './request.ts'
import type { PersonApiSettings } from './settings.ts'

/** The cheapest question: about nobody, so that no id leaves the house. */
const NOBODY = { buids: [], objects: ['student', 'affiliate', 'faculty', 'employee'], options: { response_format: 'ndjson' } }

async function ask(connection: Connection<PersonApiSettings>): Promise<string> {
  for await (const _record of readPeople(connection, NOBODY)) break
  return 'The person API accepts our key and answers.'
}

/** A session of `person-api`, with all that it asks by. */
export function openPersonApi(connection: Connection<PersonApiSettings>): Session {
  return {
    check: () => checked(connection, () => ask(connection)),
    observe: (assets) => probeEach(connection, assets, async () => reachable(await ask(connection))),

    async *extract(input, signal) {
      const own = forQuestion(connection, signal)
      // How many calls run at once is the flow's decision.
      for (const body of bodiesFor(personApiRequest.parse(input).people)) yield* readPeople(own, body)
    },
  }
}
