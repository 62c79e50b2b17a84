import { askDirectory, probeDirectory, search, vdsAssetSettings } from '#lib/connectors/vds/probe-directory.ts'
import { vdsRequest } from '#lib/connectors/vds/search.ts'
import { type VdsSettings, vdsSettings } from '#lib/connectors/vds/settings.ts'
import { failedCheck } from './kit/check.ts'
import { defineConnector } from './kit/connector.ts'
import { probeAsset } from './kit/probe.ts'

/** RadiantOne's virtual directory, by REST, through a gateway or by LDAP; an asset is a search. */
export default defineConnector<VdsSettings>({
  kind: 'vds',
  settings: vdsSettings,
  assetSettings: vdsAssetSettings,
  assetKind: 'source',

  async check(connection) {
    try {
      const credentialExpiresAt = await askDirectory(connection)
      const isPlain = connection.settings.url.startsWith('ldap://')
      const detail = `The directory lets us in.${isPlain ? ' The password travels unprotected: use ldaps.' : ''}`
      return { ok: true, detail, credentialExpiresAt }
    } catch (error) {
      return failedCheck(connection, error)
    }
  },

  async *observe(connection, assets) {
    for (const asset of assets) yield await probeAsset(connection, asset, () => probeDirectory(connection, asset))
  },

  extractRequest: vdsRequest,

  async *extract(connection, input) {
    yield* search(connection, vdsRequest.parse(input))
  },
})
