import { describe, expect, it } from 'vitest'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { toLakeError } from './lake-error.ts'
import { applicationName } from './lake-fence.ts'

const BYTES_MAX = 63
const FENCE_MAX = 999_999_999_999

describe('the name of a connection', () => {
  it('says the flow and the fence', () => {
    expect(applicationName('course', 42)).toBe('tidemark/course/42')
  })

  it.each(['a-flow-with-a-name-of-exactly-thirty-six', 'x'.repeat(200), 'flüsse/über alles', 'sl/ash'])(
    'fits for %s, with its fence',
    (flow) => {
      const name = applicationName(flow, FENCE_MAX)
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(BYTES_MAX)
      expect(name.endsWith(`/${FENCE_MAX}`)).toBe(true)
      expect(name.split('/')).toHaveLength(3)
    },
  )

  it('differs for long names that begin alike', () => {
    expect(applicationName(`${'x'.repeat(60)}a`, 1)).not.toBe(applicationName(`${'x'.repeat(60)}b`, 1))
  })
})

describe('errors of the lake', () => {
  const withCode = (code: string) => Object.assign(new Error('of the server'), { code })

  it.each(['08006', '40001', '40P01', '55P03', '57P01', '53300', 'ECONNRESET'])('%s may go away by itself', (code) => {
    expect(toLakeError(withCode(code))).toMatchObject({ code: 'unavailable', retryable: true })
  })

  it.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])('"%s" may go away by itself', (message) => {
    expect(toLakeError(new Error(message))).toMatchObject({ retryable: true })
  })

  it.each(['22001', '23505', '42P01'])('%s is handed on as it is', (code) => {
    const error = withCode(code)
    expect(toLakeError(error)).toBe(error)
  })

  it('that are ours already stay what they are', () => {
    const error = new TidemarkError('refused', { publicMessage: 'Half the rows are gone.' })
    expect(toLakeError(error)).toBe(error)
  })
})
