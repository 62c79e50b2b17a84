/** Class 08, a server that stops or starts, no connection left, disk full; a database or an account that is not there (any more). */
const STATES = /^(?:08|57P0[1-5]|53|58|3D000|28)/
const NETWORK = /^(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT)$/
const WORDS =
  /connection terminated|connection ended|connection error|timeout exceeded when trying to connect|query read timeout|not queryable|cannot use a pool after calling end|canceling statement due to statement timeout/i

/** Whether an error of a statement says that Tidemark's own database is away, busy to the brim or broken, not that the statement is wrong. */
export function isDatabaseGone(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return STATES.test(code) || NETWORK.test(code) || WORDS.test(error.message) || isDatabaseGone(error.cause)
}
