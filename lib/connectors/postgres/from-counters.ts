import type { ClockReading, Observation } from '#lib/connectors/connector.ts'
import { type Difference, rowsWritten, toLookState } from './look-state.ts'
import { type Looked, tableWarnings } from './observation.ts'

const MOVED = 'The write counters moved since the look before: something was written in between, if it was not rolled back.'
const TOLD: Record<Difference, string> = {
  first: 'First look at a table without a time column: its write counters are noted, a write will show at the next looks.',
  restarted: 'The server was restarted since the look before: its write counters prove nothing this time.',
  replaced: 'The table was made anew since the look before and has no rows yet.',
  reset: 'The write counters were set back since the look before: they prove nothing this time.',
  rewritten: 'The table’s storage was rewritten (TRUNCATE or VACUUM FULL), but no row was written.',
  moved: MOVED,
  same: MOVED,
  uncounted: MOVED,
}

/** Without a column the counters are all there is: they say that something was written between two looks. */
export function fromCounters(looked: Looked): Observation {
  const { asset, table, previous, difference } = looked
  const rows = rowsWritten(previous, table, difference)
  const wrote = difference === 'moved' || (difference === 'replaced' && rows !== null)
  const earlier = previous?.about === looked.about ? previous.readings : []
  const readings: ClockReading[] = wrote ? [{ clock: looked.settings.clock, at: looked.now, precision: 'instant' }] : earlier
  return {
    ok: true,
    assetKey: asset.key,
    readings,
    rows: wrote ? rows : null,
    evidence: { method: 'counters', strength: 'weak', detail: wrote ? MOVED : TOLD[difference], costMs: looked.costMs },
    state: toLookState(looked.about, table, looked.server, { looks: looked.looks, readings, ahead: null }),
    warnings: tableWarnings(looked),
  }
}
