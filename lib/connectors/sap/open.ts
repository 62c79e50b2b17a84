import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { probeEach } from '#lib/connectors/kit/probe.ts'
import { forQuestion } from '#lib/connectors/kit/session.ts'
import { askBapi, probeSap } from './probe-sap.ts'
import { readBapi } from './read-bapi.ts'
import { listEntitySets, readOData } from './read-odata.ts'
import { isOData, sapRequest, toBapiCall, toODataCall } from './request.ts'
import type { SapSettings } from './settings.ts'

async function getIn(connection: Connection<SapSettings>): Promise<string> {
  if (isOData(connection.settings)) return `The service answers and has ${(await listEntitySets(connection)).length} entity sets.`
  await askBapi(connection)
  return 'The gateway accepts our key and SAP answers.'
}

/** A session of `sap`, with all that it asks by. */
export function openSap(connection: Connection<SapSettings>): Session {
  return {
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
  }
}
