import type { ClockReading, Observation } from '#lib/connectors/kit/connector.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { type Probed, tableWarnings } from './observation.ts'
import { type Difference, type ProbeState, rowsWritten, toProbeState } from './probe-state.ts'
import type { RowsProbe } from './rows-seen.ts'

/** After a rewrite of the storage, new rows may be a load whose counters are not flushed yet; they are never behind by more. */
const COUNTED_AFTER_MS = 2 * MINUTE_MS

const WRITTEN = 'Rows are visible that were not there at the look before, and the write counters moved'
const ANOTHER = 'Another table stands under its name than at the look before: what it holds is new here, whenever it was written.'
const ROLLED_BACK =
  'The write counters moved since the look before, but no row became visible: what was written was rolled back, or rows were only deleted.'
const EMPTY = 'The table has no rows'
const ELSEWHERE =
  'The server has another past than at the look before (a restored backup, a failover): its rows and counters prove nothing this time.'
const TOLD: Record<Difference, string> = {
  first: 'First look at a table without a time column: its write counters are noted, a write will show at the next looks.',
  restarted: 'The server was restarted since the look before, and no row became visible.',
  replaced: 'The table was made anew since the look before, and its counters tell of no row.',
  reset: 'The write counters were set back since the look before, and no row became visible.',
  rewritten: 'The table’s storage was rewritten (TRUNCATE, VACUUM FULL, ALTER TABLE), but no row was written.',
  moved: ROLLED_BACK,
  same: ROLLED_BACK,
  uncounted: ROLLED_BACK,
}

type RowsTold = { probe: RowsProbe; why: null } | { probe: null; why: string }

interface Decision {
  isWrite: boolean
  /** Only the counters say so. */
  byWordOf: string | null
  isEmpty: boolean
  isUnsettled: boolean
  /** The rows seen before belong to another cluster or timeline. */
  isElsewhere: boolean
}

const NOTHING: Decision = { isWrite: false, byWordOf: null, isEmpty: false, isUnsettled: false, isElsewhere: false }

function decide(probed: Probed, told: RowsTold): Decision {
  const before = sameTable(probed)
  const { isNew = null, filled = null } = told.probe ?? {}
  if (filled === false) return { ...NOTHING, isEmpty: true }
  if (filled === true && wasEmpty(before)) return { ...NOTHING, isWrite: true }
  if (isNew === null) return byCounters(probed, told, before)
  if (filled === true && isAnother(probed, before)) return { ...NOTHING, isWrite: true }
  const isUncounted = probed.difference === 'rewritten' || probed.difference === 'same'
  if (isNew && isUncounted) return { ...NOTHING, isUnsettled: !isOverdue(probed, before) }
  return { ...NOTHING, isWrite: isNew }
}

function byCounters({ previous, table, difference }: Probed, { probe, why }: RowsTold, before: ProbeState | null): Decision {
  const wasSeen = before?.rowsSeen != null
  if (probe?.isWithin && wasSeen) return { ...NOTHING, isElsewhere: true }
  if (rowsWritten(previous, table, difference) === null) return NOTHING
  const larger = probe === null || probe.isWithin ? null : 'the table is larger than 64 MB'
  return { ...NOTHING, isWrite: true, byWordOf: why ?? larger ?? 'nothing was kept of its rows' }
}

function sameTable({ previous, about }: Probed): ProbeState | null {
  return previous?.about === about ? previous : null
}

/** A table filled elsewhere was renamed into its place. */
function isAnother({ table }: Probed, before: ProbeState | null): boolean {
  return before !== null && before.relid !== table.relid
}

function wasEmpty(before: ProbeState | null): boolean {
  return before?.readings.some((reading) => reading.at === null) ?? false
}

function isOverdue({ now, difference }: Probed, before: ProbeState | null): boolean {
  return difference === 'same' && before?.rewrittenAt != null && now - before.rewrittenAt >= COUNTED_AFTER_MS
}

function inWords(probed: Probed, { isWrite, byWordOf, isEmpty, isElsewhere }: Decision): string {
  if (isEmpty) return probed.difference === 'moved' ? `${EMPTY}: what was written was rolled back or deleted.` : `${EMPTY}.`
  if (isElsewhere) return ELSEWHERE
  if (byWordOf !== null) return `The write counters moved since the look before; that is their word alone, because ${byWordOf}.`
  if (isWrite && isAnother(probed, sameTable(probed))) return ANOTHER
  return isWrite ? `${WRITTEN}: something was written in between.` : TOLD[probed.difference]
}

/** Counters tell that something may have been written, the rows whether any became visible: only that is an arrival. Where the rows
 * cannot be asked, the counters decide. */
export function fromCounters(probed: Probed, told: RowsTold): Observation {
  const { asset, table, previous, difference, about, now } = probed
  const before = sameTable(probed)
  const decision = decide(probed, told)
  const readings = readingsOf(probed, before, decision)
  const { isUnsettled } = decision
  return {
    ok: true,
    assetKey: asset.key,
    readings,
    rows: decision.isWrite ? rowsWritten(previous, table, difference) : null,
    evidence: { method: 'counters', strength: 'weak', detail: inWords(probed, decision), costMs: probed.costMs },
    state: toProbeState(about, table, probed.server, {
      readings: readings.map(({ clock, at, precision }) => ({ clock, at, precision })),
      warnings: tableWarnings(probed),
      ahead: null,
      rowsSeen: isUnsettled ? before?.rowsSeen : (told.probe?.seen ?? null),
      rewrittenAt: isUnsettled ? (difference === 'same' ? before?.rewrittenAt : now) : null,
    }),
    warnings: tableWarnings(probed),
  }
}

function readingsOf(probed: Probed, before: ProbeState | null, { isWrite, isEmpty }: Decision): ClockReading[] {
  const { clock } = probed.settings
  if (isWrite) return [{ clock, at: probed.now, precision: 'instant' }]
  if (!isEmpty) return before?.readings ?? []
  return [{ clock, at: null, precision: 'instant', isEmptied: before?.rowsSeen?.filled === true || wasEmptied(before) }]
}

function wasEmptied(before: ProbeState | null): boolean {
  return before?.readings.some((reading) => reading.at !== null) ?? false
}
