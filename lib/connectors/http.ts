import { httpDeliverOptions, httpExtractRequest } from '#lib/connectors/http/request.ts'
import { type HttpSettings, httpAssetSettings, httpSettings } from '#lib/connectors/http/settings.ts'
import { refuseToldClocks } from './http/clock-sources.ts'
import { defineConnector } from './kit/connector.ts'
import { UNLIMITED } from './kit/turns.ts'

export default defineConnector<HttpSettings>({
  kind: 'http',
  example: {
    settings: [
      { baseUrl: 'https://files.example.edu/v1' },
      { baseUrl: 'https://files.example.edu/v1', auth: 'bearer', token: '${FILES_TOKEN}' },
    ],
    asset: { path: 'parking/permits.csv' },
    speaksTo: 'JSON, NDJSON, CSV; takes files',
    told: '`baseUrl`; `auth` none, basic (`user`, `password`), bearer (`token`) or header (`header`, `token`), `checkPath`, `timeout` 1m, `zone`',
    toldOfAsset:
      '`lookBack` 7d, for names with a day in them; `loadedAt`, `writtenAt`, `dataThroughAt`: `{ header }` or `{ json }`, a place such as `$.data.updated_at`, or `$.tables[*].updated_at` with `where`, and `live`; `zone`',
    asked:
      '`format`; `query`, `paging` (by page, offset, cursor or link), `records`, `total`, `delimiter`, `header`, `columns`, `encoding`',
    evidence: [
      { reads: 'what the header or place of `dataThroughAt` tells', clock: 'dataThroughAt', strength: 'strong' },
      { reads: '`Last-Modified`', clock: 'writtenAt', strength: 'strong' },
      { reads: 'a change of the `ETag`', clock: 'writtenAt', strength: 'strong' },
      { reads: 'a change of the content', clock: 'writtenAt', strength: 'weak' },
    ],
    permission: '`GET` and `HEAD`; where files are delivered, `PUT` or `POST`',
  },
  settings: httpSettings,
  assetSettings: httpAssetSettings,
  assetKind: 'source',
  refuseAsset: ({ path, settings }) => refuseToldClocks(path, settings),
  limits: UNLIMITED,

  extractRequest: httpExtractRequest,
  deliverOptions: httpDeliverOptions,
  open: async (connection) => (await import('./http/open.ts')).openHttp(connection),
})
