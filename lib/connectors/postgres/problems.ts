import type { Absence, Presence } from '#lib/domain/connections/pulse.ts'
import type { LastingReason } from '#lib/domain/freshness/facts.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

/** The SQLSTATE of a refused statement; empty when it was not the statement. */
export function sqlStateOf(error: unknown): string {
  const code = codeOf(error)
  return /^[0-9A-Z]{5}$/.test(code) ? code : ''
}

/** True when no server reported it: our own connection broke. */
export function isLineBroken(error: unknown): boolean {
  return sqlStateOf(error) === ''
}

/** True for a report after which a server hangs up; a server behind a foreign table may have sent it, and then our connection still
 * stands. */
export function mayEndLine(error: unknown): boolean {
  const severity: unknown = error instanceof Error ? Reflect.get(error, 'severity') : undefined
  return severity === 'FATAL' || severity === 'PANIC' || /^(08|57P|25P03)/.test(codeOf(error))
}

const ENTRY: Record<string, string> = {
  '28P01': 'The server refuses the account or its password. Renew the password, or correct the connection’s url.',
  '28000': 'The server does not let this account in from here. Ask for an entry in pg_hba.conf, or for TLS: ?sslmode=require in the url.',
  '42501': 'The account may not connect to this database: GRANT CONNECT ON DATABASE … TO it.',
  '53300': 'The server has no connection left. Free some, or give the account a reserve.',
  '57P03': 'The server is starting up or shutting down.',
  '57P01': 'The server closed the connection: it is being restarted, or somebody ended it.',
  '08P01': 'What answers there does not take the session’s settings. If it is a pooler, name the server itself in the connection’s url.',
  ENOTFOUND: 'There is no machine of that name. Correct the connection’s url.',
  ECONNREFUSED: 'Nothing answers at that address and port. Is the server running?',
  ETIMEDOUT: 'The server does not answer.',
  EHOSTUNREACH: 'There is no way to that server from here.',
}
/** The account itself, where the server tells: one that knows passwords says the same of a wrong one. */
const NO_ACCOUNT = /\b(role|user) .* does not exist/i
const NO_LISTENER: readonly string[] = ['ECONNREFUSED', 'ENOTFOUND']
const LASTING: readonly string[] = ['28P01', '28000', '3D000', '42501', '08P01']

const NO_PASSWORD = 'The server asks for a password, and none is set: user:password@ before the host in the connection’s url.'

function lacksPassword(error: unknown): boolean {
  return /^SASL: .*client password must be/.test(toInternalMessage(error))
}

/** What is not there, in words, and what to do. */
function absenceOf(error: unknown): { answer: Absence; problem: string } | null {
  const code = codeOf(error)
  const remedy = 'If it was lost, "tidemark lake prepare" makes the one of LAKE_DATABASE_URL anew; else correct the connection’s url.'
  if (code === '3D000') {
    const name = /"([^"]{1,63})"/.exec(toInternalMessage(error))?.[1]
    return {
      answer: 'gone',
      problem: `The server has no database ${name ?? 'of that name'} any more. ${remedy}`,
    }
  }
  if (code === '28000' && NO_ACCOUNT.test(toInternalMessage(error)))
    return { answer: 'gone', problem: `The server does not know the account any more, so nobody gets in. ${remedy}` }
  if (NO_LISTENER.includes(code)) return { answer: 'unheard', problem: ENTRY[code] ?? '' }
  return null
}

/** What a question that failed says about whether the database is there. */
export function toPresence(error: unknown): Presence {
  const cause = error instanceof TidemarkError && error.cause !== undefined ? error.cause : error
  return absenceOf(cause) ?? { answer: 'failed', problem: toUnreachable(error).publicMessage }
}

export function toUnreachable(error: unknown): TidemarkError {
  if (error instanceof TidemarkError) return error
  const code = codeOf(error)
  if (lacksPassword(error)) return new TidemarkError('unavailable', { publicMessage: NO_PASSWORD, cause: error, retryable: false })
  return new TidemarkError('unavailable', {
    publicMessage: absenceOf(error)?.problem ?? ENTRY[code] ?? 'The database cannot be reached, or the line to it broke.',
    message: `${code} ${toInternalMessage(error)}`.trim(),
    cause: error,
    retryable: !LASTING.includes(code),
  })
}

const STATEMENT: Record<string, string> = {
  '42P01': 'The table is gone. Correct the asset’s path in the catalogue, or restore the table.',
  '42703': 'The table has no such column. Correct the asset’s column in the catalogue.',
  '3F000': 'The schema is gone. Correct the asset’s path in the catalogue, or restore the schema.',
  '42501': 'The account may not read it: GRANT SELECT on it, and USAGE on its schema.',
  '42883': 'The column is of a type that has no newest value. Name a column that holds a time.',
  '55P03': 'It is locked by somebody else’s work on its structure, so it could not be read in time.',
  '57014': 'Finding the newest value took too long.',
  '55000': 'It is not filled: REFRESH MATERIALIZED VIEW has not run yet, or was run WITH NO DATA.',
  '25006': 'Reading it would write something, which this connection never does.',
}

/** True for what a server behind a foreign table reports of itself; ask only while our own connection stands. */
export function isElsewhere(error: unknown): boolean {
  return /^(08|57P|HV00N)/.test(codeOf(error))
}

const ELSEWHERE = 'Its data lie on another server, which cannot be reached from this one or refuses it.'

const LASTING_ANSWERS: Record<string, LastingReason> = {
  '42P01': 'gone',
  '42703': 'gone',
  '3F000': 'gone',
  '42501': 'refused',
  '55000': 'no-time',
}

export function toLasting(error: unknown): LastingReason | undefined {
  return LASTING_ANSWERS[codeOf(error)]
}

/** What kept one statement from its answer, in words; our own line was not it. */
export function toStatementWords(error: unknown): { publicMessage: string; message: string } {
  const code = codeOf(error)
  const known = isElsewhere(error) ? ELSEWHERE : STATEMENT[code]
  return {
    publicMessage: known ?? 'The database refused to read it; the internal log has its words.',
    message: `${code} ${toInternalMessage(error)}`.trim(),
  }
}
