import { askBapi, probeSap, sapAssetSettings } from '#lib/connectors/sap/probe-sap.ts'
import { readBapi } from '#lib/connectors/sap/read-bapi.ts'
import { listEntitySets, readOData } from '#lib/connectors/sap/read-odata.ts'
import { isOData, sapRequest, toBapiCall, toODataCall } from '#lib/connectors/sap/request.ts'
import { type SapSettings, sapSettings } from '#lib/connectors/sap/settings.ts'
import { checked } from './kit/check.ts'
import { type Connection, defineConnector } from './kit/connector.ts'
import { probeEach } from './kit/probe.ts'
import { forQuestion } from './kit/session.ts'
import { UNLIMITED } from './kit/turns.ts'

async function getIn(connection: Connection<SapSettings>): Promise<string> {
  if (isOData(connection.settings)) return `The service answers and has ${(await listEntitySets(connection)).length} entity sets.`
  await askBapi(connection)
  return 'The gateway accepts our key and SAP answers.'
}

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

  open: (connection) => ({
    check: () => checked(connection, () => getIn(connection)),

    async *discover() {
      // Function modules cannot be listed through the gateway.
      const names = isOData(connection.settings) ? await listEntitySets(connection) : []
      for (const path of names) yield { path, kind: 'source', name: path, settings: {}, upstream: [], policy: null, group: 'SAP' }
    },

    observe: (assets) => probeEach(connection, assets, (asset) => probeSap(connection, asset)),

    async *extract(input, signal) {
      const own = forQuestion(connection, signal)
      const request = sapRequest.parse(input)
      if (isOData(own.settings)) yield* readOData(own, toODataCall(request))
      else yield* readBapi(own, toBapiCall(request))
    },
  }),
})
