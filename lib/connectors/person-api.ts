import { z } from 'zod'
import { readPeople } from '#lib/connectors/person-api/read-people.ts'
import { bodiesFor, personApiRequest } from '#lib/connectors/person-api/request.ts'
import { type PersonApiSettings, personApiSettings } from '#lib/connectors/person-api/settings.ts'
import { checked } from './kit/check.ts'
import { type Connection, defineConnector } from './kit/connector.ts'
import { probeEach, reachable } from './kit/probe.ts'

/** The cheapest question: about nobody, so that no id leaves the house. */
const NOBODY = { buids: [], objects: ['student', 'affiliate', 'faculty', 'employee'], options: { response_format: 'ndjson' } }

async function ask(connection: Connection<PersonApiSettings>): Promise<string> {
  for await (const _record of readPeople(connection, NOBODY)) break
  return 'The person API accepts our key and answers.'
}

/** The newer person API: people by id, with or without their terms, as lines of JSON. */
export default defineConnector<PersonApiSettings>({
  kind: 'person-api',
  settings: personApiSettings,
  assetSettings: z.strictObject({}),
  assetKind: 'source',

  check: (connection) => checked(connection, () => ask(connection)),
  observe: (connection, assets) => probeEach(connection, assets, async () => reachable(await ask(connection))),

  extractRequest: personApiRequest,

  async *extract(connection, input) {
    // How many calls run at once is the flow's decision.
    for (const body of bodiesFor(personApiRequest.parse(input).people)) yield* readPeople(connection, body)
  },
})
