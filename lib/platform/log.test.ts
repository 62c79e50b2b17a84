import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLog } from './log.ts'

const written: string[] = []
vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
  written.push(String(text))
  return true
})
afterEach(() => {
  written.length = 0
})

const random = () => randomBytes(32).toString('base64url')
const token = () => `tdm_${random()}`

/** Ways in which what lets somebody in may come along with a failure. */
const SPELLINGS: readonly [string, (secret: string) => { message: string; data?: Record<string, unknown> }, () => string][] = [
  ['a token in the message', (secret) => ({ message: `no such token ${secret}` }), token],
  ['a token in the data, however deep', (secret) => ({ message: 'refused', data: { request: { token: [secret] } } }), token],
  ['the key of an address', (secret) => ({ message: 'refused', data: { url: `/feed.atom?key=${secret}&since=1` } }), token],
  ['the key of an address, cut short', (secret) => ({ message: 'refused', data: { url: `/feed.atom?key=${secret.slice(0, 12)}` } }), token],
  ['a key that is no token', (secret) => ({ message: `GET /api/v1/status?group=a&key=${secret} failed` }), random],
  ['an Authorization header', (secret) => ({ message: 'refused', data: { headers: { authorization: `Bearer ${secret}` } } }), random],
  ['an Authorization header of a text', (secret) => ({ message: `sent Authorization: Basic ${secret}` }), random],
  ['a cookie', (secret) => ({ message: 'refused', data: { headers: { cookie: `a=1; __Host-tidemark=${secret}.x` } } }), random],
  ['a cookie that is set', (secret) => ({ message: 'x', data: { 'set-cookie': [`__Host-tidemark=${secret}; Path=/; HttpOnly`] } }), random],
  ['a cookie on its own', (secret) => ({ message: `kept __Host-tidemark=${secret}; tidemark-3000=${secret}` }), random],
  ['a link that lets somebody in', (secret) => ({ message: 'x', data: { url: `/sign-in/invitation/${secret}` } }), random],
]

it.each([true, false])(
  'a line of the log (readable: %s) is one line, whatever somebody had written into it, and obeyed by no terminal',
  (pretty) => {
    const log = createLog({ level: 'info', pretty })
    const attack = '\u001b[2J\u009b31m\u202egnp\r\n12:00:00.000 error  all is lost'
    log.error(attack, { why: attack })
    expect(written.join('')).toMatch(/^[^\p{Cc}\u202e]+\n$/u)
    expect(written.join('')).toContain(String.raw`\u001b[2J\u009b31m\u202egnp`)
    if (!pretty) expect(JSON.parse(written.join(''))).toMatchObject({ message: attack, why: attack })
  },
)

describe.each([true, false])('a line of the log (readable: %s)', (pretty) => {
  const log = createLog({ level: 'debug', pretty }, { worker: 'one' })
  it.each(SPELLINGS)('never holds %s', (_, spell, made) => {
    const secret = made()
    const { message, data } = spell(secret)
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level](message, data)
    log.child(data ?? { message }).info(message)
    expect(written).toHaveLength(5)
    for (const piece of [secret, secret.slice(0, 12), secret.slice(-12)]) expect(written.join('')).not.toContain(piece)
  })

  it('keeps what is none of that', () => {
    log.warn('no connection', { key: 'feed:terms', url: 'https://status.example.edu/api/v1/feeds?key=', monkey: 'key=no' })
    expect(written[0]).toContain('feed:terms')
    expect(written[0]).toContain('status.example.edu/api/v1/feeds')
  })
})
