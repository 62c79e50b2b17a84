const STATES = /^(?:08|57P0[1-5]|53|58|3D000|28)/
const NETWORK = /^(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT)$/
const WORDS =
  /connection terminated|connection ended|connection error|timeout exceeded when trying to connect|query read timeout|not queryable|cannot use a pool after calling end|canceling statement due to statement timeout/i

/** Whether an error says that Tidemark's own database is away, full or broken, not that the statement is wrong. */
export function isDatabaseGone(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return STATES.test(code) || NETWORK.test(code) || WORDS.test(error.message) || isDatabaseGone(error.cause)
}
