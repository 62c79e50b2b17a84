import { askDirectory, probeDirectory, search, vdsAssetSettings } from '#lib/connectors/vds/probe-directory.ts'
import { vdsRequest } from '#lib/connectors/vds/search.ts'
import { type VdsSettings, vdsSettings } from '#lib/connectors/vds/settings.ts'
import { checked } from './kit/check.ts'
import { defineConnector } from './kit/connector.ts'
import { probeEach } from './kit/probe.ts'

/** RadiantOne's virtual directory, by REST, through a gateway or by LDAP; an asset is a search. */
export default defineConnector<VdsSettings>({
  kind: 'vds',
  settings: vdsSettings,
  assetSettings: vdsAssetSettings,
  assetKind: 'source',

  check: (connection) =>
    checked(connection, async () => {
      const credentialExpiresAt = await askDirectory(connection)
      const isPlain = connection.settings.url.startsWith('ldap://')
      const detail = `The directory lets us in.${isPlain ? ' The password travels unprotected: use ldaps.' : ''}`
      return { detail, credentialExpiresAt }
    }),
  observe: (connection, assets) => probeEach(connection, assets, (asset) => probeDirectory(connection, asset)),

  extractRequest: vdsRequest,

  async *extract(connection, input) {
    yield* search(connection, vdsRequest.parse(input))
  },
})
