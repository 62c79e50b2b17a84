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
  looks: number
  now: Instant
  /** The probe's shared cost, per asset. */
  costMs: number
}

/** One asset's failure: words for people, words for us. */
export function failed(assetKey: string, publicMessage: string, message: string = publicMessage, lasting?: LastingReason): Observation {
  return { ok: false, assetKey, publicMessage, message, lasting }
}

export function tableWarnings(probed: Probed): string[] {
  const warnings: string[] = []
  if (probed.table.rowSecurity) warnings.push('Row security is on: the account may not see every row.')
  if (!probed.server.readOnly)
    warnings.push('The session is not read-only: a pooler dropped its settings. Name the server itself in the url.')
  return warnings
}

/** The counters stand still since the last probe, so what was read then still holds. */
export function kept(probed: Probed, previous: ProbeState): Observation {
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
    state: toProbeState(probed.about, probed.table, probed.server, { ...previous, looks: probed.looks }),
    warnings: tableWarnings(probed),
  }
}
