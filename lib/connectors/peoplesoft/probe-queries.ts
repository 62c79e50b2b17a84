import type { ClockReading, Connection, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { fingerprintOf, fingerprintProbe, type Probe, probeEach } from '#lib/connectors/kit/probe.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { readTime } from '#lib/domain/values/convert-time.ts'
import { scalarText } from '#lib/domain/values/convert-value.ts'
import type { JsonObject, JsonValue } from '#lib/domain/values/json.ts'
import { querySettings } from './query.ts'

type Zoned = Connection<{ zone: string }>

export function probeQueries(
  connection: Zoned,
  assets: readonly ObservedAsset[],
  read: (call: { query: string; prompts?: Record<string, string> | undefined }) => AsyncIterable<JsonObject>,
): AsyncGenerator<Observation> {
  return probeEach(connection, assets, async (asset) => {
    const { watermark, prompts } = querySettings.parse(asset.settings)
    const rows = read({ query: asset.path, prompts })
    if (watermark !== undefined) return watermarkProbe(connection, rows, watermark)
    return fingerprintProbe(connection, asset, await fingerprintOf(unnumbered(rows)), 'rows')
  })
}

async function* unnumbered(rows: AsyncIterable<JsonObject>): AsyncGenerator<JsonValue> {
  for await (const { 'attr:rownumber': _number, ...columns } of rows) yield columns
}

async function watermarkProbe({ settings, clock }: Zoned, rows: AsyncIterable<JsonObject>, column: string): Promise<Probe> {
  let newest: ClockReading | null = null
  let seen = 0
  let unreadable = 0
  for await (const row of rows) {
    seen += 1
    const reading = toReading(row[column], settings.zone, clock.now())
    if (!reading) unreadable += 1
    else if (newest === null || (reading.at ?? 0) > (newest.at ?? 0)) newest = reading
  }
  const nothing: ClockReading[] = seen === 0 ? [{ clock: 'dataThroughAt', at: null, precision: 'instant' }] : []
  const unread = `${unreadable} of ${seen} rows have no readable ${column}`
  return {
    readings: newest === null ? nothing : [newest],
    rows: seen,
    evidence: { method: 'column', strength: 'strong', detail: `The newest ${column} of ${seen} rows.` },
    state: null,
    warnings: unreadable === 0 ? [] : [unread],
    ...(newest === null && seen > 0 && { untold: `${unread}.` }),
  }
}

// Queries spell date-times in many ways: 2026-01-05, 2026-01-05-13.05.00.000000, 2026-01-05T13:05:00[.0][-05:00], numbers.
function toReading(value: JsonValue | undefined, zone: string, now: Instant): ClockReading | undefined {
  const time = readTime(scalarText(value ?? null) ?? '', zone, now)
  return time === null ? undefined : { clock: 'dataThroughAt', ...time }
}
