import type { ClockReading, Connection, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { fingerprintOf, fingerprintProbe, type Probe, reachable } from '#lib/connectors/kit/probe.ts'
import { readTime } from '#lib/domain/values/convert-time.ts'
import { scalarText } from '#lib/domain/values/convert-value.ts'
import type { JsonValue } from '#lib/domain/values/json.ts'
import { readBapi } from './read-bapi.ts'
import { countOData, readOData } from './read-odata.ts'
import { isOData, toODataCall } from './request.ts'
import { type SapSettings, sapAssetSettings } from './settings.ts'

type Connected = Connection<SapSettings>

export async function probeSap(connection: Connected, asset: ObservedAsset): Promise<Probe> {
  const { table, account, changedOn } = sapAssetSettings.parse(asset.settings)
  if (!isOData(connection.settings)) {
    if (table === undefined) return probeByCall(connection)
    return fingerprintProbe(connection, asset, await fingerprintOf(readBapi(connection, { bapi: asset.path, account, table })), 'rows')
  }
  return changedOn === undefined ? probeByCount(connection, asset) : probeByChange(connection, asset.path, changedOn)
}

async function probeByCall(connection: Connected): Promise<Probe> {
  await askBapi(connection)
  return reachable('The gateway accepts our key and SAP answers.')
}

export async function askBapi(connection: Connected): Promise<void> {
  const { checkBapi, checkAccount, checkTable } = connection.settings
  for await (const _row of readBapi(connection, { bapi: checkBapi, account: checkAccount, table: checkTable })) break
}

async function probeByCount(connection: Connected, asset: ObservedAsset): Promise<Probe> {
  const rows = await countOData(connection, toODataCall({ path: asset.path }).entitySet)
  if (rows === null) return reachable('The service answers; it does not count its rows.')
  const probe = fingerprintProbe(connection, asset, { fingerprint: `count:${rows}`, rows }, 'rows, by their number alone,')
  return { ...probe, evidence: { ...probe.evidence, method: 'count' } }
}

async function probeByChange(connection: Connected, entitySet: string, column: string): Promise<Probe> {
  const call = { entitySet, select: column, orderBy: `${column} desc`, top: 1 }
  const [newest] = await Array.fromAsync(readOData(connection, call))
  const reading = newest === undefined ? NOTHING : toReading(newest[column], connection.settings.zone, connection.clock.now())
  return {
    readings: reading === null ? [] : [reading],
    rows: null,
    evidence: { method: 'column', strength: 'strong', detail: `The newest ${column} of the entity set.` },
    state: null,
    warnings: [],
    ...(reading === null && { untold: `The newest ${column} cannot be read as a time.` }),
  }
}

const NOTHING: ClockReading = { clock: 'dataThroughAt', at: null, precision: 'instant' }

/** A midnight without a zone means that whole day, as a date alone does. */
function toReading(written: JsonValue | undefined, zone: string, now: number): ClockReading | null {
  const text = scalarText(written ?? null) ?? ''
  const midnight = /^(\d{4}-\d{2}-\d{2})T00:00:00$/.exec(text)?.[1]
  const time = readTime(midnight ?? text, zone, now)
  return time === null ? null : { clock: 'dataThroughAt', ...time }
}
