import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { isDatabaseGone } from './database-gone.ts'

const withCode = (code: string, message = 'said the server') => Object.assign(new Error(message), { code })

describe('a database that is gone', () => {
  it('is told from what a connection that finds nobody says', async () => {
    const client = new Client({ connectionString: 'postgres://nobody@127.0.0.1:1/none' })
    const error = await client.connect().catch((e: unknown) => e)
    expect(isDatabaseGone(error)).toBe(true)
  })

  it.each(['08006', '57P01', '57P03', '53300', '53100', '58030', '3D000', '28P01', 'ECONNRESET'])('is told from %s', (code) => {
    expect(isDatabaseGone(withCode(code))).toBe(true)
    expect(isDatabaseGone(new Error('a query failed', { cause: withCode(code) }))).toBe(true)
  })

  it.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect', 'Query read timeout'])(
    'is told from “%s”',
    (words) => {
      expect(isDatabaseGone(new Error(words))).toBe(true)
    },
  )

  it.each(['42601', '42P01', '23505', '22021', '40001'])('is not told from %s: that is about the statement', (code) => {
    expect(isDatabaseGone(withCode(code))).toBe(false)
    expect(isDatabaseGone('nothing')).toBe(false)
  })
})
