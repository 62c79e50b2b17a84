import { z } from 'zod'
import { LOOKER_LIMITS, LookerApi } from '#lib/connectors/looker/api.ts'
import { discoverLooker } from '#lib/connectors/looker/discover.ts'
import { observeLooker, tellsTime } from '#lib/connectors/looker/observe.ts'
import { type LookerSettings, lookerAssetSettings, lookerSettings } from '#lib/connectors/looker/settings.ts'
import { checked } from './kit/check.ts'
import { defineConnector } from './kit/connector.ts'

const user = z.object({ display_name: z.string().nullish() })

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

  open(connection) {
    const api = new LookerApi(connection)
    return {
      check: () =>
        checked(connection, async () => {
          const { display_name: name } = await api.get('our own account', ['user'], user, { fields: 'display_name' })
          return `Looker lets us in${name ? ` as ${name}` : ''}.`
        }),
      discover: () => discoverLooker(api, connection),
      observe: (assets) => observeLooker(api, connection, assets),
      close: () => api.close(),
    }
  },
})
