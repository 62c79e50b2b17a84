import { systemOf } from '#lib/connectors/vds/ask-adap.ts'
import { askDirectory, probeDirectory, search, vdsAssetSettings } from '#lib/connectors/vds/probe-directory.ts'
import { vdsRequest } from '#lib/connectors/vds/search.ts'
import { openLines } from '#lib/connectors/vds/search-ldap.ts'
import { type VdsSettings, vdsSettings } from '#lib/connectors/vds/settings.ts'
import { checked } from './kit/check.ts'
import { defineConnector } from './kit/connector.ts'
import { probeEach } from './kit/probe.ts'
import { forQuestion } from './kit/session.ts'
import { UNLIMITED } from './kit/turns.ts'

/** RadiantOne's virtual directory, by REST, through a gateway or by LDAP; an asset is a search. */
export default defineConnector<VdsSettings>({
  kind: 'vds',
  example: {
    settings: [
      {
        url: 'https://vds.example.edu:8090/adap',
        user: 'uid=tidemark,ou=apps,o=dir',
        password: '${VDS_PASSWORD}',
        base: 'ou=people,o=dir',
      },
      { url: 'https://gateway.example.edu/vds', protocol: 'gateway', key: '${VDS_KEY}' },
      {
        url: 'ldaps://vds.example.edu:2636',
        protocol: 'ldap',
        user: 'uid=tidemark,ou=apps,o=dir',
        password: '${VDS_PASSWORD}',
        base: 'ou=people,o=dir',
      },
    ],
    asset: { path: 'staff' },
    speaksTo: 'RadiantOne’s directory',
    told: '`url`, `user`, `password`, `base` (gateway: `url`, `key`); `protocol` rest, gateway or ldap, `auth` bearer or x-api-key, `ca` for ldaps, `pageSize` 1000, `timeout` 1m',
    toldOfAsset: '`filter`, `base`, `scope`, `attributes`, `sizeLimit`',
    asked: '`filter`; `attributes`, `sizeLimit`; rest and ldap: `base`, `scope` sub',
    evidence: [
      { reads: 'the newest `modifyTimestamp`', clock: 'dataThroughAt', strength: 'strong' },
      { reads: 'without one, a change of the entries `filter` finds', clock: 'writtenAt', strength: 'weak' },
      { reads: 'without a filter only that we get in', clock: null, strength: 'weak' },
    ],
    permission: 'a DN that may search below `base`',
  },
  settings: vdsSettings,
  assetSettings: vdsAssetSettings,
  assetKind: 'source',
  limits: UNLIMITED,

  extractRequest: vdsRequest,

  open(connection) {
    const lines = openLines(connection, systemOf(connection))
    const directory = { connection, lines }
    return {
      check: () =>
        checked(connection, async () => {
          const credentialExpiresAt = await askDirectory(directory)
          const isPlain = connection.settings.url.startsWith('ldap://')
          const detail = `The directory lets us in.${isPlain ? ' The password travels unprotected: use ldaps.' : ''}`
          return { detail, credentialExpiresAt }
        }),
      observe: (assets) => probeEach(connection, assets, (asset) => probeDirectory(directory, asset)),
      async *extract(request, signal) {
        yield* search({ connection: forQuestion(connection, signal), lines }, vdsRequest.parse(request))
      },
      close: () => lines.close(),
    }
  },
})
