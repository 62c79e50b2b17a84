import { DateTime } from 'luxon'
import { z } from 'zod'
import { fingerprintLook, fingerprintOf, type Look, reachableLook } from '#lib/connectors/answer/look.ts'
import type { Connection, ObservedAsset } from '#lib/connectors/connector.ts'
import { readBapi } from './read-bapi.ts'
import { countOData, readOData } from './read-odata.ts'
import { isOData, toODataCall } from './request.ts'
import type { SapSettings } from './settings.ts'

type Connected = Connection<SapSettings>

export const sapAssetSettings = z.strictObject({
  /** Function modules: fingerprint this table. Costs the whole list at every look; without it we only see that SAP answers. */
  table: z.string().min(1).optional(),
  account: z.string().min(1).optional(),
  /** OData: a column with the instant of the newest change; without it only the count tells. */
  changedOn: z.string().regex(/^\w+$/).optional(),
})

/** One look: the newest change where the service knows it, otherwise whether the rows, or only their number, changed. */
export async function lookAtSap(connection: Connected, asset: ObservedAsset): Promise<Look> {
  const { table, account, changedOn } = sapAssetSettings.parse(asset.settings)
  if (!isOData(connection.settings)) {
    if (table === undefined) return lookCheaply(connection)
    return fingerprintLook(connection, asset, await fingerprintOf(readBapi(connection, { bapi: asset.path, account, table })), 'rows')
  }
  return changedOn === undefined ? lookAtCount(connection, asset) : lookAtChange(connection, asset.path, changedOn)
}

// Nothing but a call tells whether SAP answers; its beginning is enough.
async function lookCheaply(connection: Connected): Promise<Look> {
  await askBapi(connection)
  return reachableLook('The gateway accepts our key and SAP answers.')
}

/** Calls the function module the settings name for checks, and reads no more than the beginning. */
export async function askBapi(connection: Connected): Promise<void> {
  const { checkBapi, checkAccount, checkTable } = connection.settings
  for await (const _row of readBapi(connection, { bapi: checkBapi, account: checkAccount, table: checkTable })) break
}

async function lookAtCount(connection: Connected, asset: ObservedAsset): Promise<Look> {
  const rows = await countOData(connection, toODataCall({ path: asset.path }).entitySet)
  if (rows === null) return reachableLook('The service answers; it does not count its rows.')
  const look = fingerprintLook(connection, asset, { fingerprint: `count:${rows}`, rows }, 'rows, by their number alone,')
  return { ...look, evidence: { ...look.evidence, method: 'count' } }
}

async function lookAtChange(connection: Connected, entitySet: string, column: string): Promise<Look> {
  const call = { entitySet, select: column, orderBy: `${column} desc`, top: 1 }
  const [newest] = await Array.fromAsync(readOData(connection, call))
  const written = newest?.[column]
  const moment = typeof written === 'string' ? toMoment(written, connection.settings.zone) : null
  const warnings = newest !== undefined && moment === null ? [`the newest ${column} cannot be read as a time`] : []
  return {
    readings: [{ clock: 'dataThroughAt', at: moment?.at ?? null, precision: moment?.precision ?? 'instant' }],
    rows: null,
    evidence: { method: 'column', strength: 'strong', detail: `The newest ${column} of the entity set.` },
    state: null,
    warnings,
  }
}

/** A day alone, `20261120` or a midnight without a zone, means that whole day in the system's zone. */
function toMoment(written: string, zone: string): { at: number; precision: 'instant' | 'day' } | null {
  const moment = DateTime.fromISO(written, { zone })
  if (!moment.isValid) return null
  const isDay = /^\d{8}$|^\d{4}-\d{2}-\d{2}(T00:00:00)?$/.test(written)
  return isDay ? { at: moment.endOf('day').toMillis(), precision: 'day' } : { at: moment.toMillis(), precision: 'instant' }
}
