import { hash } from 'node:crypto'
import { DateTime } from 'luxon'
import { z } from 'zod'
import type { ClockReading, Connection, Observation, ObservedAsset } from '#lib/connectors/connector.ts'
import { canonicalText } from '#lib/domain/canonical-form.ts'
import type { JsonObject, JsonValue } from '#lib/domain/json.ts'
import { isSystemWide, toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'
import { executeQuery } from './execute-query.ts'
import type { PeopleSoftSettings } from './settings.ts'

type AssetSettings = z.ZodType<{ watermark?: string | undefined; prompts?: Record<string, string> | undefined }>
type Connected = Connection<PeopleSoftSettings>

const previousState = z.object({ fingerprint: z.string(), writtenAt: z.number() })

/** One look at one query: its watermark column, or else whether its rows have changed since the last look. */
export async function observeQuery(connection: Connected, asset: ObservedAsset, schema: AssetSettings): Promise<Observation> {
  const started = connection.clock.now()
  try {
    const { watermark, prompts } = schema.parse(asset.settings)
    const rows = await executeQuery(connection, { query: asset.path, prompts })
    const seen = watermark === undefined ? fingerprintLook(connection, asset, rows) : watermarkLook(connection, rows, watermark)
    const costMs = connection.clock.now() - started
    return { ok: true, assetKey: asset.key, rows: rows.length, ...seen, evidence: { ...seen.evidence, costMs } }
  } catch (error) {
    if (connection.signal.aborted || isSystemWide(error)) throw error
    return { ok: false, assetKey: asset.key, publicMessage: toPublicMessage(error), message: toInternalMessage(error) }
  }
}

interface Look {
  readings: ClockReading[]
  evidence: { method: string; strength: 'strong' | 'weak'; detail: string }
  state: Record<string, unknown> | null
  warnings: string[]
}

function fingerprintLook(connection: Connected, asset: ObservedAsset, rows: readonly JsonObject[]): Look {
  const fingerprint = fingerprintOf(rows)
  const previous = previousState.safeParse(asset.previous)
  const unchanged = previous.success && previous.data.fingerprint === fingerprint
  const writtenAt = unchanged ? previous.data.writtenAt : connection.clock.now()
  const detail = previous.success
    ? `The ${rows.length} rows are ${unchanged ? 'the same as' : 'different from'} those of the last look.`
    : 'First look: the rows are there; when they were written is not known.'
  return {
    readings: [{ clock: 'writtenAt', at: rows.length === 0 ? null : writtenAt, precision: 'instant' }],
    evidence: { method: 'fingerprint', strength: 'weak', detail },
    state: { fingerprint, writtenAt },
    warnings: [],
  }
}

/** Equal for the same rows in any order; the row number, which only counts them, is left out. */
function fingerprintOf(rows: readonly JsonObject[]): string {
  const stripped = rows.map(({ 'attr:rownumber': _number, ...columns }): JsonValue => columns)
  return hash('sha256', canonicalText(stripped), 'hex')
}

function watermarkLook(connection: Connected, rows: readonly JsonObject[], column: string): Look {
  const readings = rows.flatMap((row) => toReading(row[column], connection.settings.zone) ?? [])
  const newest = readings.reduce<ClockReading | null>(
    (best, reading) => ((reading.at ?? 0) > (best?.at ?? Number.NEGATIVE_INFINITY) ? reading : best),
    null,
  )
  const unreadable = rows.length - readings.length
  return {
    readings: [newest ?? { clock: 'dataThroughAt', at: null, precision: 'instant' }],
    evidence: { method: 'column', strength: 'strong', detail: `The newest ${column} of ${rows.length} rows.` },
    state: null,
    warnings: unreadable === 0 ? [] : [`${unreadable} of ${rows.length} rows have no readable ${column}`],
  }
}

// Queries spell date-times in many ways: 2026-01-05, 2026-01-05-13.05.00.000000, 2026-01-05T13:05:00[.0][-05:00].
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})(?:[-T ](\d{2})[.:](\d{2})[.:](\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?)?$/

function toReading(value: JsonValue | undefined, zone: string): ClockReading | undefined {
  const match = typeof value === 'string' ? DATE_TIME.exec(value.trim()) : null
  if (!match) return undefined
  const [, date = '', hour, minute, second, fraction = '0', offset = ''] = match
  const day = hour === undefined
  const text = day ? date : `${date}T${hour}:${minute}:${second}.${fraction.slice(0, 3)}${offset}`
  const moment = DateTime.fromISO(text, { zone })
  if (!moment.isValid) return undefined
  return { clock: 'dataThroughAt', at: day ? moment.endOf('day').toMillis() : moment.toMillis(), precision: day ? 'day' : 'instant' }
}
