import { sapRequest } from '#lib/connectors/sap/request.ts'
import { type SapSettings, sapAssetSettings, sapSettings } from '#lib/connectors/sap/settings.ts'
import { defineConnector } from './kit/connector.ts'
import { UNLIMITED } from './kit/turns.ts'

/** SAP: function modules through a gateway, or an OData service; an asset is a function module or an entity set. */
export default defineConnector<SapSettings>({
  kind: 'sap',
  example: {
    settings: [
      { url: 'https://gateway.example.edu/bapi', key: '${SAP_KEY}' },
      { url: 'https://sap.example.edu/srv', protocol: 'odata2', user: 'TIDEMARK', password: '${SAP_PASSWORD}' },
      { url: 'https://sap.example.edu/srv', protocol: 'odata4', key: '${SAP_KEY}' },
    ],
    asset: { path: 'EmployeeSet' },
    speaksTo: 'function modules; OData 2 and 4',
    told: '`url`, `key` (OData also `user`, `password`); `protocol` bapi, odata2 or odata4, `keyHeader` x-api-key, `client`, `checkBapi`, `checkAccount`, `checkTable`, `timeout` 1m, `zone`',
    toldOfAsset: 'bapi: `table`, `account`. OData: `changedOn`',
    asked: 'bapi: `table`; `account`, `input`, `bapi`. OData: `filter`, `select`, `orderBy`, `top`, `entitySet`',
    evidence: [
      { reads: 'OData: the newest value of `changedOn`', clock: 'dataThroughAt', strength: 'strong' },
      { reads: 'a change of the rows of `table`; OData: of their number', clock: 'writtenAt', strength: 'weak' },
      { reads: 'else only that SAP answers', clock: null, strength: 'weak' },
    ],
    permission: 'a key of the gateway, or an account that may read the service',
  },
  settings: sapSettings,
  assetSettings: sapAssetSettings,
  assetKind: 'source',
  limits: UNLIMITED,

  extractRequest: sapRequest,
  open: async (connection) => (await import('./sap/open.ts')).openSap(connection),
})
