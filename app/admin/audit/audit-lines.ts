import { stringify } from 'csv-stringify/sync'
import type { AuditRow } from '#lib/queries/pages/audit-page.ts'

export const AUDIT_FORMATS = ['csv', 'ndjson'] as const
export type AuditFormat = (typeof AUDIT_FORMATS)[number]

export const AUDIT_TYPES: Record<AuditFormat, string> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
}

// biome-ignore format: one line
const COLUMNS = ['id', 'at', 'actorKind', 'actorId', 'actor', 'role', 'origin', 'action', 'target', 'reason', 'before', 'after', 'refusal'] as const

/** What stands before the first entry. */
export function auditHead(format: AuditFormat): string {
  return format === 'csv' ? csv([COLUMNS]) : ''
}

/** Entries as lines of a file. No cell of a CSV begins a formula in a spreadsheet. */
export function auditLines(format: AuditFormat, rows: readonly AuditRow[]): string {
  const plain = rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }))
  if (format === 'ndjson') return plain.map((row) => `${JSON.stringify(row)}\n`).join('')
  return csv(
    plain.map((row) => ({ ...row, before: jsonOf(row.before), after: jsonOf(row.after) })).map((row) => COLUMNS.map((name) => row[name])),
  )
}

function csv(lines: readonly (readonly (string | null)[])[]): string {
  return stringify([...lines], { record_delimiter: 'windows', escape_formulas: true })
}

function jsonOf(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value)
}
