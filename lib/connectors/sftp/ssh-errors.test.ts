import { describe, expect, test } from 'vitest'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { toConnectionError, toRequestError } from './ssh-errors.ts'

const answered = (message: string, code: number | string) => Object.assign(new Error(message), { code })

describe('what an SFTP server writes', () => {
  const WORDS = `Failure: Ann Lee, U90000001 may not write /home/ann.lee/ssn.csv, hunter-7 ${'x'.repeat(5000)}`

  test.each([
    ['to a request', toRequestError('SFTP (x)', 'read the file', answered(WORDS, 4))],
    ['to a request we do not know', toRequestError('SFTP (x)', 'read the file', answered(WORDS, 'ERR_GENERIC_CLIENT'))],
    ['when we come', toConnectionError('SFTP (x)', answered(WORDS, 'ERR_GENERIC_CLIENT'))],
  ])('%s is kept as a short piece without names and values', (_when, error) => {
    const words = toInternalMessage(error)
    expect(words).toContain('Failure')
    expect(words).not.toMatch(/Ann|Lee|U9|ssn|hunter|xxx/)
    expect(words.length).toBeLessThan(400)
  })
})

test.each(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'])('a host that there is no way to (%s) broke no connection', (code) => {
  const { publicMessage } = toConnectionError('The library', Object.assign(new Error(`connect ${code}`), { code }))
  expect(publicMessage).toBe('There is no way to the host of The library from here.')
})
