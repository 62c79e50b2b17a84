import { askBapi, probeSap, sapAssetSettings } from '#lib/connectors/sap/probe-sap.ts'
import { readBapi } from '#lib/connectors/sap/read-bapi.ts'
import { listEntitySets, readOData } from '#lib/connectors/sap/read-odata.ts'
import { isOData, sapRequest, toBapiCall, toODataCall } from '#lib/connectors/sap/request.ts'
import { type SapSettings, sapSettings } from '#lib/connectors/sap/settings.ts'
import { checked } from './kit/check.ts'
import { type Connection, defineConnector } from './kit/connector.ts'
import { probeEach } from './kit/probe.ts'

async function getIn(connection: Connection<SapSettings>): Promise<string> {
  if (isOData(connection.settings)) return `The service answers and has ${(await listEntitySets(connection)).length} entity sets.`
  await askBapi(connection)
  return 'The gateway accepts our key and SAP answers.'
}

/** SAP: function modules through a gateway, or an OData service; an asset is a function module or an entity set. */
export default defineConnector<SapSettings>({
  kind: 'sap',
  settings: sapSettings,
  assetSettings: sapAssetSettings,
  assetKind: 'source',

  check: (connection) => checked(connection, () => getIn(connection)),

  async *discover(connection) {
    // Function modules cannot be listed through the gateway.
    const names = isOData(connection.settings) ? await listEntitySets(connection) : []
    for (const path of names) yield { path, kind: 'source', name: path, settings: {}, upstream: [], policy: null, group: 'SAP' }
  },

  observe: (connection, assets) => probeEach(connection, assets, (asset) => probeSap(connection, asset)),

  extractRequest: sapRequest,

  async *extract(connection, input) {
    const request = sapRequest.parse(input)
    if (isOData(connection.settings)) yield* readOData(connection, toODataCall(request))
    else yield* readBapi(connection, toBapiCall(request))
  },
})
