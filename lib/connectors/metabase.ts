import { type MetabaseSettings, metabaseAssetSettings, metabaseSettings, subjectOf } from '#lib/connectors/metabase/settings.ts'
import { defineConnector } from './kit/connector.ts'

/** Metabase: an asset is a dashboard or a card (a question, model or metric) of it. */
export default defineConnector<MetabaseSettings>({
  kind: 'metabase',
  example: {
    settings: [{ url: 'https://metabase.example.edu', apiKey: '${METABASE_KEY}' }],
    asset: { path: 'cards/12', settings: { column: 'loaded_at' } },
    speaksTo: 'Metabase from 49 on, by its API',
    told: '`url` and `apiKey`; `namespaces` what its databases are called in `identity`, `timeout` 1m',
    toldOfAsset: 'of a card `column`, with `clock` dataThroughAt or loadedAt',
    asked: null,
    evidence: [
      {
        reads: 'the newest value of `column` in the result of the card, asked of the database',
        clock: 'dataThroughAt',
        strength: 'strong',
      },
      { reads: 'else only that the dashboard or card is there: it is as fresh as the tables behind it', clock: null, strength: 'weak' },
    ],
    permission: 'an API key of a group that may view the collections and, to discover, the databases',
  },
  settings: metabaseSettings,
  assetSettings: metabaseAssetSettings,
  assetKind: 'consumer',
  limits: { atOnce: 2, perMinute: null },
  hasClock: ({ settings }) => settings['column'] !== undefined,
  refuseAsset({ path, settings }) {
    const subject = subjectOf(path)
    if (subject === null) {
      const remedy = 'Write <connection>/dashboards/<id> or <connection>/cards/<id>, with the number in the address of its page.'
      return { at: [], problem: `"${path}" is no dashboard or card of Metabase.`, remedy }
    }
    if (subject.kind === 'cards' || settings['column'] === undefined) return null
    return { at: ['column'], problem: 'A dashboard has no column.', remedy: 'Write it under one of its cards.' }
  },
  open: async (connection) => (await import('./metabase/open.ts')).openMetabase(connection),
})
