import type { ClockReading, Observation } from '#lib/connectors/connector.ts'
import { type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/instant.ts'
import { futureWarning, halfHoursAhead } from './future.ts'
import { type Difference, rowsWritten, toLookState } from './look-state.ts'
import type { ColumnState } from './metadata.ts'
import { failed, type Looked, tableWarnings } from './observation.ts'
import { readInstant } from './read-instant.ts'
import type { TextRow } from './session.ts'
import type { PostgresSettings } from './settings.ts'

const BECAUSE: Record<Difference, string> = {
  uncounted: 'nothing counts writes here',
  first: 'first look',
  restarted: 'the server was restarted',
  replaced: 'the table was made anew',
  reset: 'the write counters were set back',
  moved: 'the write counters moved',
  rewritten: 'its storage was rewritten',
  same: 'a full look was due although the write counters stand still',
}

interface ReadColumn {
  ok: true
  reading: ClockReading
  warnings: string[]
  ahead: number | null
}

function aheadOf(looked: Looked, slot: number, at: Instant): { ahead: number | null; warning: string | null } {
  const before = looked.previous?.ahead ?? null
  if (looked.previous?.readings[slot]?.at === at) return { ahead: before, warning: futureWarning(at, looked.now, null) }
  return { ahead: halfHoursAhead(at, looked.now), warning: futureWarning(at, looked.now, before) }
}

/** Turns the newest value of one column into a reading, or into the reason why it is none. */
function readColumn(looked: Looked, slot: number, zone: string | undefined, row: TextRow): ReadColumn | { ok: false; problem: string } {
  const { name, clock } = looked.columns[slot] ?? { name: '', clock: looked.settings.clock }
  const time = readInstant(row.values[slot] ?? null, row.types[slot] ?? 0, zone ?? 'UTC')
  if (!time.ok) return { ok: false, problem: `Column ${name} ${time.problem}.` }
  const warnings = [...time.warnings]
  if (time.wallClock && zone === undefined) {
    warnings.push(`Column ${name} tells no zone; its values are taken as UTC. Set the asset’s zone, or the connection’s.`)
  }
  const reading = { clock, at: time.at, precision: time.precision }
  if (time.at === null || time.precision === 'day') return { ok: true, reading, warnings, ahead: null }
  const { ahead, warning } = aheadOf(looked, slot, time.at)
  if (warning !== null && time.warnings.length === 0) warnings.push(warning)
  return { ok: true, reading, warnings, ahead }
}

function skewWarning(looked: Looked): string | null {
  const skewMs = looked.server.clock - looked.now
  if (Math.abs(skewMs) <= MINUTE_MS) return null
  return `The server’s clock is ${Math.round(Math.abs(skewMs) / SECOND_MS)} s ${skewMs > 0 ? 'ahead of' : 'behind'} ours.`
}

function howFound(looked: Looked, indexed: boolean): string {
  if (indexed) return 'through an index'
  return looked.table.kind === 'v' ? 'by running the view' : 'by reading the whole table, as no index leads with it'
}

/** What the columns’ newest values say. */
export function fromColumns(
  looked: Looked,
  settings: PostgresSettings,
  probe: { row: TextRow; columns: readonly ColumnState[]; costMs: number },
): Observation {
  const { asset, table } = looked
  const zone = looked.settings.zone ?? settings.zone
  const read: ReadColumn[] = []
  for (const slot of looked.columns.keys()) {
    const one = readColumn(looked, slot, zone, probe.row)
    if (!one.ok) return failed(asset.key, one.problem)
    read.push(one)
  }
  const readings = read.map((r) => r.reading)
  const warnings = [...tableWarnings(looked), ...read.flatMap((r) => r.warnings)]
  if (probe.row.values.includes(null) && table.liveRows > 0) warnings.push('The table has rows, but none with a value in the column.')
  const skew = skewWarning(looked)
  if (skew !== null) warnings.push(skew)
  const indexed = probe.columns.every((c) => c.indexed)
  const names = looked.columns.map((c) => c.name).join(' and ')
  return {
    ok: true,
    assetKey: asset.key,
    readings,
    rows: rowsWritten(looked.previous, table, looked.difference),
    evidence: {
      method: indexed ? 'column' : 'scan',
      strength: 'strong',
      detail: `The newest value of ${names}, found ${howFound(looked, indexed)}; read because ${BECAUSE[looked.difference]}.`,
      costMs: looked.costMs + probe.costMs,
    },
    state: toLookState(looked.about, table, looked.server, { looks: looked.looks, readings, ahead: read[0]?.ahead ?? null }),
    warnings,
  }
}
