import { z } from 'zod'
import type { Measurement } from '#lib/connectors/dbt/artifacts/measurements.ts'
import type { DbtNode } from '#lib/connectors/dbt/artifacts/node.ts'
import { measuredClock } from '#lib/connectors/dbt/found-nodes.ts'
import type { Told } from '#lib/connectors/dbt/places/place.ts'
import type { DbtAsset } from '#lib/connectors/dbt/settings.ts'
import type { ClockReading } from '#lib/connectors/kit/connector.ts'
import { HOUR_MS, type Instant, isFuture, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { instantOf, repeatOf } from '#lib/domain/time/zone.ts'
import { machineTime } from '#lib/domain/wording/dates.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { shortWords } from './short-words.ts'

/** The newest measurement that was ever seen of a node, kept from look to look: an older file never takes its place. */
export const measuredState = z.object({
  newestAt: z.number().nullable(),
  measuredAt: z.number(),
  isUtc: z.boolean(),
  /** When the file was made that told it, or that lacked the node since. */
  fileAt: z.number(),
})
export type MeasuredState = z.output<typeof measuredState>

export interface HowToMeasure {
  now: Instant
  measuredWithinMs: number
  asset: DbtAsset
  zone: string | undefined
}

export type Measured =
  | { kind: 'read'; reading: ClockReading; state: MeasuredState; detail: string; isStrong: boolean; warnings: string[] }
  | { kind: 'not'; because: string; state: MeasuredState | null }

interface Newest {
  measurement: Measurement | undefined
  fileAt: Instant
}

/** The newest file that speaks of it, else the newest of all. What was made in the future is by a clock that cannot be believed. */
function newestOf(id: string, { measurements }: Told, now: Instant): Newest | null {
  const usable = measurements.filter(({ generatedAt }) => !isFuture(generatedAt, now)).toSorted((a, b) => b.generatedAt - a.generatedAt)
  const speaking = usable.find(({ measured }) => measured.has(id)) ?? usable[0]
  return speaking === undefined ? null : { measurement: speaking.measured.get(id), fileAt: speaking.generatedAt }
}

/** What the measurements of dbt say about a node, held against what was seen before. */
export function measureOf(node: DbtNode, told: Told, previous: MeasuredState | null, how: HowToMeasure): Measured {
  const newest = newestOf(node.id, told, how.now)
  if (newest === null) {
    const isAhead = told.measurements.length > 0
    const because = isAhead ? 'What dbt measured says that it was made in the future: a clock is wrong.' : noFile(told)
    return previous === null ? { kind: 'not', because, state: null } : fromState(node, previous, how, [because])
  }
  if (previous === null || !isOlder(newest, previous)) return fromNewest(node, newest, previous, how)
  const words = `The newest measurement of dbt is of ${machineTime(newest.fileAt)}, older than the one that was there before; it is left aside.`
  return fromState(node, previous, how, [words])
}

function isOlder({ measurement, fileAt }: Newest, previous: MeasuredState): boolean {
  return fileAt < previous.fileAt || (measurement?.ok === true && measurement.measuredAt < previous.measuredAt)
}

function fromNewest(node: DbtNode, { measurement, fileAt }: Newest, previous: MeasuredState | null, how: HowToMeasure): Measured {
  if (measurement?.ok !== true) {
    const words = measurement?.message ?? null
    const because =
      words === null
        ? `dbt measured at ${machineTime(fileAt)}, and not this: its query failed, or it was not selected.`
        : `dbt could not measure it at ${machineTime(fileAt)}: ${shortWords(words)}`
    return { kind: 'not', because, state: previous === null ? null : { ...previous, fileAt } }
  }
  const { newestAt, measuredAt, isUtc } = measurement
  if (isFuture(measuredAt, how.now))
    return { kind: 'not', because: 'dbt says that it measured in the future: a clock is wrong.', state: previous }
  return fromState(node, { newestAt, measuredAt, isUtc, fileAt }, how, [])
}

function noFile({ unusable }: Told): string {
  return unusable.measurements[0]?.publicMessage ?? 'There is no sources.json: dbt source freshness has not left one here.'
}

function fromState(node: DbtNode, state: MeasuredState, how: HowToMeasure, warnings: string[]): Measured {
  const { measuredAt } = state
  if (how.now - measuredAt > how.measuredWithinMs) {
    const because = `dbt measured it last at ${machineTime(measuredAt)}, longer ago than ${formatDuration(how.measuredWithinMs)}: nobody knows what came since.`
    return { kind: 'not', because, state }
  }
  const clock = how.asset.clock ?? measuredClock(node)
  const at = inZone(state, how.asset.zone ?? how.zone)
  const reading: ClockReading = { clock, at: at.at, precision: 'instant', ...(at.orAt !== null && { orAt: at.orAt }) }
  const detail = `dbt measured it at ${machineTime(measuredAt)}.`
  const isStrong = node.measuredBy !== null
  return { kind: 'read', reading, state, detail, isStrong, warnings: [...warnings, ...warningsOf(node, at.at, measuredAt, how)] }
}

/** dbt takes a time without zone for UTC; where a zone is written, it is the wall time there. */
function inZone({ newestAt, isUtc }: MeasuredState, zone: string | undefined): { at: Instant | null; orAt: Instant | null } {
  if (newestAt === null || zone === undefined || !isUtc) return { at: newestAt, orAt: null }
  const at = instantOf(newestAt, zone)
  return { at, orAt: repeatOf(at, zone) }
}

const WITHOUT_ZONE = /^(timestamp|datetime2?|timestamp_ntz|timestamp\s*(\(\d\))?\s*without time zone)\s*(\(\d\))?$/i

function warningsOf({ measuredBy, columns }: DbtNode, at: Instant | null, measuredAt: Instant, { asset, zone }: HowToMeasure): string[] {
  if (at === null) return ['It has no rows.']
  const written = asset.zone ?? zone
  const aheadMs = at - measuredAt
  if (aheadMs > MINUTE_MS) {
    const quarters = Math.round(aheadMs / (HOUR_MS / 4))
    const isZone = written === undefined && quarters > 0 && quarters <= 56 && Math.abs(aheadMs - quarters * (HOUR_MS / 4)) <= 5 * MINUTE_MS
    const hint = isZone ? ' Perhaps it is a wall time that dbt took for UTC: then write its zone.' : ''
    return [`The newest value lies ${formatDuration(aheadMs)} ahead of dbt's own clock; it is kept, but not judged.${hint}`]
  }
  const column = columns.find(({ name }) => name.toLowerCase() === measuredBy?.toLowerCase())
  if (written !== undefined || column === undefined || !WITHOUT_ZONE.test(column.type)) return []
  return [`${column.name} has no zone, so dbt takes its times for UTC; if they are not, write the zone.`]
}
