import { isDeepStrictEqual } from 'node:util'
import type { ClockReading, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import type { PostgresAsset } from '#lib/connectors/postgres/settings.ts'
import type { TablePath } from '#lib/connectors/postgres/table-path.ts'
import type { LastingReason } from '#lib/domain/freshness/facts.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { ServerState, TableState } from './metadata.ts'
import { type Difference, type ProbeState, toProbeState } from './probe-state.ts'

export interface Probed {
  asset: ObservedAsset
  settings: PostgresAsset
  columns: { name: string; clock: ClockReading['clock'] }[]
  path: TablePath
  previous: ProbeState | null
  about: string
  table: TableState
  server: ServerState
  difference: Difference
  /** It is its turn to be read whatever the counters say, or the look before did not see it. */
  isDue: boolean
  now: Instant
  /** The probe's shared cost, per asset. */
  costMs: number
}

/** One asset's failure: words for people, words for us. */
export function failed(assetKey: string, publicMessage: string, message: string = publicMessage, lasting?: LastingReason): Observation {
  return { ok: false, assetKey, publicMessage, message, lasting }
}

const ROW_SECURITY = 'Row security is on: the account may not see every row.'
const NOT_READ_ONLY = 'The session is not read-only: a pooler dropped its settings. Name the server itself in the url.'

export function tableWarnings(probed: Probed): string[] {
  const warnings: string[] = []
  if (probed.table.rowSecurity) warnings.push(ROW_SECURITY)
  if (!probed.server.readOnly) warnings.push(NOT_READ_ONLY)
  return warnings
}

/** What is wrong with the table now, and what was wrong with its values when they were read. */
function warningsKept(probed: Probed, before: readonly string[]): string[] {
  return [...tableWarnings(probed), ...before.filter((warning) => warning !== ROW_SECURITY && warning !== NOT_READ_ONLY)]
}

/** The counters stand still since the last probe, so what was read then still holds. */
export function kept(probed: Probed, previous: ProbeState): Observation {
  const warnings = warningsKept(probed, previous.warnings ?? [])
  const state = toProbeState(probed.about, probed.table, probed.server, { ...previous, warnings })
  return {
    ok: true,
    assetKey: probed.asset.key,
    readings: previous.readings,
    rows: null,
    evidence: {
      method: 'counters',
      strength: probed.columns.length > 0 ? 'strong' : 'weak',
      detail: 'The write counters stand where they stood at the look before: nothing was written in between.',
      costMs: probed.costMs,
    },
    state,
    warnings,
    isSame: isDeepStrictEqual(warnings, previous.warnings),
  }
}
