import { expect, test } from 'vitest'
import { toLakeError } from './lake-error.ts'

const reported = (code: string, message = 'x') => Object.assign(new Error(message), { code })

test.each([
  ['a line that broke', new Error('Connection terminated unexpectedly')],
  ['a server that went down', reported('57P01')],
  ['trouble of the line', reported('08006')],
])('%s says nothing of what was kept: it may have broken behind the commit', (_what, error) => {
  const { publicMessage } = toLakeError(error) as { publicMessage: string }
  expect(publicMessage).not.toContain('nothing was changed')
  expect(publicMessage).toContain('the next try looks first')
})

test.each([
  ['its database', reported('3D000', 'database "lake" does not exist'), 'The database of the lake is gone'],
  ['its account', reported('28000', 'role "loader" does not exist'), 'does not know the account any more'],
])('a lake that lost %s says so, how it is made anew, and is not tried again', (_what, error, words) => {
  expect(toLakeError(error)).toMatchObject({ retryable: false, publicMessage: expect.stringContaining(words) })
  expect(toLakeError(error)).toMatchObject({ publicMessage: expect.stringContaining('tidemark lake prepare') })
})

test.each(['40001', '40P01', '55P03'])('after %s the server has taken everything back', (code) => {
  expect(toLakeError(reported(code))).toMatchObject({ publicMessage: expect.stringContaining('nothing was changed') })
})
