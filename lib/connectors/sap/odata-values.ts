import { isJsonObject, type JsonObject, type JsonValue } from '#lib/domain/values/json.ts'

const DATE = /^\/Date\((-?\d+)([+-]\d+)?\)\/$/

/**
 * A row without what only the protocol needs: metadata and links to follow are left out, an expanded list is a list,
 * and `/Date(ms)/` is written as people write it, with Z only where the service gave an offset: a date-time without
 * one is the local time of the system.
 */
export function plainRow(row: JsonObject): JsonObject {
  const kept = Object.entries(row).filter(([key, value]) => key !== '__metadata' && !key.includes('@') && !isDeferred(value))
  return Object.fromEntries(kept.map(([key, value]) => [key, plainValue(value)]))
}

function isDeferred(value: JsonValue): boolean {
  return isJsonObject(value) && '__deferred' in value
}

function plainValue(value: JsonValue): JsonValue {
  if (typeof value === 'string') return plainDate(value)
  if (Array.isArray(value)) return value.map((one) => (isJsonObject(one) ? plainRow(one) : plainValue(one)))
  if (!isJsonObject(value)) return value
  const { results } = value
  return Array.isArray(results) ? plainValue(results) : plainRow(value)
}

function plainDate(value: string): string {
  const match = DATE.exec(value)
  const ms = Number(match?.[1])
  if (match === null || Math.abs(ms) > 8.64e15) return value
  const written = new Date(ms).toISOString()
  return match[2] === undefined ? written.replace(/(\.000)?Z$/, '') : written.replace('.000Z', 'Z')
}
