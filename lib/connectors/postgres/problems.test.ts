import { expect, test } from 'vitest'
import { toStatementWords } from './problems.ts'

test('what is not ready to be read may have been filled before: nothing else is claimed', () => {
  const { publicMessage } = toStatementWords(Object.assign(new Error('not populated'), { code: '55000' }))
  expect(publicMessage).toContain('REFRESH MATERIALIZED VIEW')
  expect(publicMessage).not.toContain('never')
})
