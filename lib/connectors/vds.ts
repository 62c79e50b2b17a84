import { vdsAssetSettings, vdsRequest } from '#lib/connectors/vds/search.ts'
import { type VdsSettings, vdsSettings } from '#lib/connectors/vds/settings.ts'
import { defineConnector } from './kit/connector.ts'
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
  open: async (connection) => (await import('./vds/open.ts')).openVds(connection),
})
