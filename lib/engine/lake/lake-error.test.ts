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

test.each(['40001', '40P01', '55P03'])('after %s the server has taken everything back', (code) => {
  expect(toLakeError(reported(code))).toMatchObject({ publicMessage: expect.stringContaining('nothing was changed') })
})
