import { subjectOf, type TableauSettings, tableauAssetSettings, tableauSettings } from '#lib/connectors/tableau/settings.ts'
import { defineConnector } from './kit/connector.ts'

/** Tableau: an asset is a data source, a workbook or a view of it; a job refreshes the extract of one of the first two. */
export default defineConnector<TableauSettings>({
  kind: 'tableau',
  example: {
    settings: [{ url: 'https://tableau.example.edu', site: 'finance', tokenName: 'tidemark', tokenSecret: '${TABLEAU_TOKEN}' }],
    asset: { path: 'datasources/9924bcd0-99be-453d-ba47-c2c9766f7da5' },
    speaksTo: 'a site of Tableau Server or Tableau Cloud',
    told: '`url`, `tokenName` and `tokenSecret` of a personal access token that nobody else uses; `site` unless it is the default one, `namespaces` what its databases are called in `identity`, `api` 3.19, `timeout` 1m',
    toldOfAsset: '`live` true where it has no extract of its own',
    asked: null,
    evidence: [
      {
        reads:
          'when the extract was last refreshed, of a workbook the oldest of its own; without the Metadata API the end of the last refresh that succeeded',
        clock: 'loadedAt',
        strength: 'strong',
      },
      { reads: 'when it was made, where no refresh of it is told', clock: 'loadedAt', strength: 'weak' },
      { reads: 'with `live`, and of a view, only that it is there: it is as fresh as what it is made from', clock: null, strength: 'weak' },
    ],
    permission:
      'a token of a user who may view the data sources and workbooks, and of a site administrator for refreshes among the runs, to start and to cancel them; the Metadata API, for what they are made from',
  },
  settings: tableauSettings,
  assetSettings: tableauAssetSettings,
  assetKind: 'consumer',
  startsJobs: () => true,
  cancelsJobs: true,
  limits: { atOnce: 4, perMinute: null },
  hasClock: ({ path, settings }) => settings['live'] !== true && subjectOf(path)?.view == null,
  refuseAsset({ path, settings }) {
    const subject = subjectOf(path)
    if (subject === null) {
      const remedy =
        'Write <connection>/datasources/<id>, <connection>/workbooks/<id> or <connection>/workbooks/<id>/views/<id>; discovery tells the ids.'
      return { at: [], problem: `"${path}" is no data source, workbook or view of Tableau.`, remedy }
    }
    if (subject.view === null || settings['live'] === undefined) return null
    return { at: ['live'], problem: 'A view has no extract in any case.', remedy: 'Leave it out.' }
  },
  open: async (connection) => (await import('./tableau/open.ts')).openTableau(connection),
})
