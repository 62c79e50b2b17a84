import { z } from 'zod'
import { personApiRequest } from '#lib/connectors/person-api/request.ts'
import { type PersonApiSettings, personApiSettings } from '#lib/connectors/person-api/settings.ts'
import { defineConnector } from './kit/connector.ts'
import { UNLIMITED } from './kit/turns.ts'

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
  open: async (connection) => (await import('./person-api/open.ts')).openPersonApi(connection),
})
