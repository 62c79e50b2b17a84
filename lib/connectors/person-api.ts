import { z } from 'zod'
import { readPeople } from '#lib/connectors/person-api/read-people.ts'
import { bodiesFor, personApiRequest } from '#lib/connectors/person-api/request.ts'
import { type PersonApiSettings, personApiSettings } from '#lib/connectors/person-api/settings.ts'
import { checked } from './kit/check.ts'
import { type Connection, defineConnector } from './kit/connector.ts'
import { probeEach, reachable } from './kit/probe.ts'
import { forQuestion } from './kit/session.ts'
import { UNLIMITED } from './kit/turns.ts'

/** The cheapest question: about nobody, so that no id leaves the house. */
const NOBODY = { buids: [], objects: ['student', 'affiliate', 'faculty', 'employee'], options: { response_format: 'ndjson' } }

async function ask(connection: Connection<PersonApiSettings>): Promise<string> {
  for await (const _record of readPeople(connection, NOBODY)) break
  return 'The person API accepts our key and answers.'
}

/** The newer person API: people by id, with or without their terms, as lines of JSON. */
export default defineConnector<PersonApiSettings>({
  kind: 'person-api',
  example: {
    settings: [{ url: 'https://api.example.edu/persons', key: '${PERSON_API_KEY}' }],
    asset: { path: 'persons' },
    speaksTo: 'the newer person API',
    told: '`url`, `key`; `timeout` 20m',
    toldOfAsset: null,
    asked: '`people`: for the flow `person`',
    evidence: [{ reads: 'only that the API answers', clock: null, strength: 'weak' }],
    permission: 'a key that may ask for people',
  },
  settings: personApiSettings,
  assetSettings: z.strictObject({}),
  assetKind: 'source',
  hasClock: () => false,
  limits: UNLIMITED,

  extractRequest: personApiRequest,

  open: (connection) => ({
    check: () => checked(connection, () => ask(connection)),
    observe: (assets) => probeEach(connection, assets, async () => reachable(await ask(connection))),

    async *extract(input, signal) {
      const own = forQuestion(connection, signal)
      // How many calls run at once is the flow's decision.
      for (const body of bodiesFor(personApiRequest.parse(input).people)) yield* readPeople(own, body)
    },
  }),
})
