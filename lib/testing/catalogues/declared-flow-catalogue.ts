import { z } from 'zod'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { storeExtractRequest } from '#lib/connectors/kit/stores/settings.ts'
import { campusContracts } from './campus-catalogue.ts'

const none = z.strictObject({})

export const declaredFlowContracts: CatalogueContracts = {
  connectors: new Map([
    ...campusContracts.connectors,
    [
      'postgres',
      {
        settings: z.object({ url: z.string() }),
        assetSettings: z.strictObject({ column: z.string().optional() }),
        assetKind: 'table' as const,
        extractRequest: z.strictObject({ path: z.string().optional(), sql: z.string().optional() }),
      },
    ],
    [
      'http',
      {
        settings: z.strictObject({ url: z.string() }),
        assetSettings: none,
        assetKind: 'source' as const,
        extractRequest: z.strictObject({
          path: z.string(),
          format: z.enum(['json', 'csv']),
          records: z.string().optional(),
          paging: z.strictObject({ page: z.string() }).optional(),
        }),
        deliverOptions: z.strictObject({ method: z.enum(['PUT', 'POST']).default('PUT') }),
      },
    ],
    [
      'terms',
      {
        settings: none,
        assetSettings: none,
        assetKind: 'source' as const,
        extractRequest: z.strictObject({ term: z.string() }),
      },
    ],
    [
      'sftp',
      {
        settings: none,
        assetSettings: none,
        assetKind: 'consumer' as const,
        deliverOptions: z.strictObject({ checksum: z.literal('sha256').optional() }),
      },
    ],
    [
      'store',
      {
        settings: none,
        assetSettings: none,
        assetKind: 'source' as const,
        keepsFiles: true as const,
        extractsFiles: true as const,
        extractRequest: storeExtractRequest,
      },
    ],
    [
      'search',
      {
        settings: none,
        assetSettings: none,
        assetKind: 'consumer' as const,
        buildsIndexes: true as const,
        refuseAsset: ({ path }: { path: string }) =>
          path.includes('*') ? { at: [], problem: `"${path}" names several at once.`, remedy: 'Name one.' } : null,
      },
    ],
  ]),
  flows: campusContracts.flows,
}

/** A page, connections of every kind and whatever else is given; `flows` are lines below "flows:". */
export function declaredFlowCatalogue(flows: string, more = ''): string {
  return `page: { name: Campus, zone: America/New_York, readyBy: "08:00" }
connections:
  lake: { kind: postgres, url: "\${LAKE_DATABASE_URL}" }
  parking_api: { kind: http, url: "https://parking.campus.example" }
  registrar: { kind: terms }
  library_sftp: { kind: sftp }
  peoplesoft: { kind: peoplesoft, baseUrl: "https://ps.campus.example", user: tm, password: "\${PS_PASSWORD}" }
${more}
flows:
${flows}`
}

export const PARKING_PERMITS = `  parking-permits:
    feed: student_life/parking
    schedule: "20 4 * * *"
    extract: { from: parking_api/permits, format: json, records: data }
    select:
      permit_id: id
      plate: vehicle.plate
      valid_until: { from: expires, type: date }
    load: { into: lake/parking.permits, mode: merge, key: permit_id }
`

export const LIBRARY_FILE = `  library-patrons:
    feed: student_life/library
    schedule: "0 5 * * *"
    extract: { from: lake/parking.permits, sql: "select permit_id, plate from parking.permits" }
    deliver: { to: "library_sftp/inbox/patrons_{date}.csv", format: csv, checksum: sha256 }
`

/** Further connections, where a flow builds an index. */
export const SEARCH = '  search: { kind: search }\n  shop: { kind: store }'
export const PERMIT_INDEX = `  permit-index:
    feed: student_life/search
    schedule: "30 5 * * *"
    extract: { from: lake/parking.permits }
    select: { permit_id: { from: permit_id, type: integer }, plate: plate }
    index: { into: search/permits, key: permit_id }
`

export const PRICE_INDEX = `  price-index:
    feed: student_life/search
    schedule: "30 5 * * *"
    extract: { from: shop/namespace/prices/v1, match: "**/*.jsonl.gz", folder: newest, complete: _SUCCESS }
    select: { game: id, price: { from: price, type: number } }
    index: { into: search/prices }
`
