import { z } from 'zod'
import { type AdfSettings, adfSettings, whyNoPipeline } from '#lib/connectors/adf/settings.ts'
import { defineConnector } from './kit/connector.ts'

const FACTORY = {
  subscription: '00000000-0000-0000-0000-000000000001',
  resourceGroup: 'data',
  factory: 'loads',
  url: 'https://management.example.edu',
  authority: 'https://login.example.edu',
}

/** Azure Data Factory: one connection is one factory, a path and a job are a pipeline. */
export default defineConnector<AdfSettings>({
  kind: 'adf',
  example: {
    settings: [
      { ...FACTORY, tenant: 'example', clientId: 'tidemark', clientSecret: '${AZURE_CLIENT_SECRET}' },
      { ...FACTORY, tenant: 'example', clientId: 'tidemark', federatedToken: '${AZURE_FEDERATED_TOKEN}' },
      { ...FACTORY, managedIdentity: true },
    ],
    asset: { path: 'load_prices' },
    speaksTo: 'a factory of Azure Data Factory',
    told: '`subscription`, `resourceGroup`, `factory`, and one of `clientSecret` or `federatedToken` (with `tenant`, `clientId`), `managedIdentity` true (perhaps with `clientId`); `authority` https://login.microsoftonline.com, `url` https://management.azure.com, `timeout` 1m',
    toldOfAsset: null,
    asked: null,
    evidence: [
      {
        reads: 'the end of the last run of the pipeline that succeeded, in which a failure may have been handled',
        clock: 'loadedAt',
        strength: 'weak',
      },
    ],
    permission: 'the role Reader on the factory; Data Factory Contributor where pipelines are started and cancelled from here',
  },
  settings: adfSettings,
  assetSettings: z.strictObject({}),
  assetKind: 'table',
  startsJobs: () => true,
  cancelsJobs: true,
  limits: { atOnce: 4, perMinute: null },
  refuseAsset({ path }) {
    const why = whyNoPipeline(path)
    return why === null ? null : { at: [], problem: `"${path}" ${why}.`, remedy: 'Write <connection>/<pipeline>.' }
  },
  open: async (connection) => (await import('./adf/open.ts')).openAdf(connection),
})
