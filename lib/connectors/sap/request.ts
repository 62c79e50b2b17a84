import { z } from 'zod'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { BapiCall } from './read-bapi.ts'
import type { ODataCall } from './read-odata.ts'
import type { SapSettings } from './settings.ts'

export const sapRequest = z.strictObject({
  path: z.string().optional(),
  bapi: z.string().regex(/^\w+$/, 'is not the name of a function module').optional(),
  account: z.string().min(1).optional(),
  table: z.string().min(1).optional(),
  /** Import parameters and tables of the function module. */
  input: z.record(z.string(), z.json()).optional(),
  entitySet: z.string().regex(/^\w+$/, 'is not the name of an entity set').optional(),
  filter: z.string().min(1).optional(),
  select: z.union([z.string().min(1), z.array(z.string().min(1)).nonempty()]).optional(),
  orderBy: z.string().min(1).optional(),
  top: z.int().min(1).optional(),
})
type SapRequest = z.infer<typeof sapRequest>

export function toBapiCall(request: SapRequest): BapiCall {
  const bapi = request.bapi ?? request.path
  if (bapi === undefined || !/^\w+$/.test(bapi)) throw missing('"bapi", the name of the function module')
  if (request.table === undefined) throw missing('"table", the name of the table in its answer')
  return { bapi, account: request.account, table: request.table, input: request.input }
}

export function toODataCall(request: SapRequest): ODataCall {
  const { path, filter, select, orderBy, top } = request
  const entitySet = request.entitySet ?? path
  if (entitySet === undefined || !/^\w+$/.test(entitySet)) throw missing('"entitySet"')
  return { entitySet, filter, select: Array.isArray(select) ? select.join(',') : select, orderBy, top }
}

export function isOData(settings: SapSettings): boolean {
  return settings.protocol !== 'bapi'
}

function missing(what: string): TidemarkError {
  return new TidemarkError('invalid', { publicMessage: `SAP cannot be asked: the request lacks ${what}.` })
}
