import { type DbtSettings, dbtAssetSettings, dbtSettings } from '#lib/connectors/dbt/settings.ts'
import { defineConnector } from './kit/connector.ts'

/** dbt: what a project is made of, when its nodes were built, and what it measured of its sources. */
export default defineConnector<DbtSettings>({
  kind: 'dbt',
  example: {
    settings: [
      { url: 'https://artifacts.example.edu/dbt/target' },
      { url: 'https://artifacts.example.edu/dbt/target', auth: 'bearer', token: '${DBT_ARTIFACTS_TOKEN}' },
      { account: 1234, host: 'https://dbt.example.edu', token: '${DBT_CLOUD_TOKEN}', jobs: [7] },
    ],
    asset: { path: 'model.shop.orders' },
    speaksTo: 'dbt, by the artifacts of its runs: a folder, an address, dbt Cloud, or what its jobs push',
    told: 'one of `path` (a folder), `url` (`auth` none, basic with `user`, `password`, bearer with `token`, header with `header`, `token`), `account` of dbt Cloud (`token`, `host` https://cloud.getdbt.com, `jobs` or `environment`, `project`), `artifacts` (pushed: see Push); `measuredWithin` 26h, `zone`, `timeout` 1m',
    toldOfAsset: '`clock`, `zone`, for what dbt measures',
    asked: null,
    evidence: [
      { reads: 'when dbt built a model, seed or snapshot last', clock: 'loadedAt', strength: 'strong' },
      { reads: 'what `dbt source freshness` read from a column', clock: 'dataThroughAt', strength: 'strong' },
      { reads: 'what it was told by the warehouse alone', clock: 'writtenAt', strength: 'weak' },
      { reads: 'when a view was made', clock: 'loadedAt', strength: 'weak' },
    ],
    permission:
      'reading the folder; `GET`; in dbt Cloud a service token that may read jobs and their artifacts, and run jobs where they are started and cancelled from here',
  },
  settings: dbtSettings,
  assetSettings: dbtAssetSettings,
  assetKind: 'table',
  startsJobs: ({ account }) => account !== undefined,
  cancelsJobs: true,
  limits: { atOnce: 4, perMinute: null },
  open: async (connection) => (await import('./dbt/open.ts')).openDbt(connection),
})
