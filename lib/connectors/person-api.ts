import { z } from 'zod'
import { bodiesFor, personApiRequest } from '#lib/connectors/person-api/ask.ts'
import { readPeople } from '#lib/connectors/person-api/read-people.ts'
import { type PersonApiSettings, personApiSettings } from '#lib/connectors/person-api/settings.ts'
import { failedCheck } from './kit/check.ts'
import { type Connection, defineConnector } from './kit/connector.ts'
import { probeAsset, reachable } from './kit/probe.ts'

/** Nobody: the cheapest question there is, and no id leaves the house for it. */
const NOBODY = { buids: [], objects: ['student', 'affiliate', 'faculty', 'employee'], options: { response_format: 'ndjson' } }

async function ask(connection: Connection<PersonApiSettings>): Promise<void> {
  for await (const _record of readPeople(connection, NOBODY)) break
}

/** The newer person API: people by id, with or without their terms, as lines of JSON. */
export default defineConnector<PersonApiSettings>({
  kind: 'person-api',
  settings: personApiSettings,
  assetSettings: z.strictObject({}),
  assetKind: 'source',

  async check(connection) {
    try {
      await ask(connection)
      return { ok: true, detail: 'The person API accepts our key and answers.', credentialExpiresAt: null }
    } catch (error) {
      return failedCheck(connection, error)
    }
  },

  async *observe(connection, assets) {
    for (const asset of assets) {
      yield await probeAsset(connection, asset, async () => {
        await ask(connection)
        return reachable('The person API accepts our key and answers.')
      })
    }
  },

  extractRequest: personApiRequest,

  async *extract(connection, input) {
    // One after the other: how many calls run at once is for the flow to say.
    for (const body of bodiesFor(personApiRequest.parse(input).people)) yield* readPeople(connection, body)
  },
})
