import { LOOKER_LIMITS, type LookerSettings, lookerAssetSettings, lookerSettings, tellsTime } from '#lib/connectors/looker/settings.ts'
import { defineConnector } from './kit/connector.ts'

/** Looker's API 4.0: an asset is a tile of a dashboard, a look, a table that Looker builds, or a datagroup. */
export default defineConnector<LookerSettings>({
  kind: 'looker',
  example: {
    settings: [{ url: 'https://looker.example.edu:19999', clientId: '${LOOKER_ID}', clientSecret: '${LOOKER_SECRET}' }],
    asset: { path: 'dashboards/12/101' },
    speaksTo: 'Looker, by its API 4.0',
    told: '`url`, `clientId`, `clientSecret`; `namespaces` what its databases are called in `identity`, `personalFolders` false, `timeout` 1m',
    toldOfAsset: '`field`, `clock` dataThroughAt or loadedAt',
    asked: null,
    evidence: [
      { reads: 'the newest value of `field`, asked of the database', clock: 'dataThroughAt', strength: 'strong' },
      { reads: 'of a derived table its last build', clock: 'loadedAt', strength: 'strong' },
      { reads: 'of a datagroup when it last fired', clock: 'loadedAt', strength: 'weak' },
      { reads: 'else only that the tile or look is there: it is as fresh as the tables behind it', clock: null, strength: 'weak' },
    ],
    permission:
      'API credentials of a user with `access_data`, `see_looks`, `see_user_dashboards`, `see_lookml`; `see_system_activity` for builds, `see_datagroups` for datagroups',
  },
  settings: lookerSettings,
  assetSettings: lookerAssetSettings,
  assetKind: 'consumer',
  limits: LOOKER_LIMITS,
  hasClock: tellsTime,
  open: async (connection) => (await import('./looker/open.ts')).openLooker(connection),
})
