import { describe, expect, it } from 'vitest'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { foreignWords } from './foreign-words.ts'
import { hideForeignCredentials } from './hide-credentials.ts'
import { redactError, redactorFor, remembering } from './redaction.ts'

const SECRET = 'hüsh "p@ss"/1+2 &x'
const redact = redactorFor({ secrets: [SECRET], users: ['loader'] })
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('a known secret', () => {
  it.each([
    ['as it is', SECRET],
    ['in an address', encodeURIComponent(SECRET)],
    ['in an address with small letters', encodeURIComponent(SECRET).replace(/%../g, (code) => code.toLowerCase())],
    ['in a form', new URLSearchParams({ '': SECRET }).toString().slice(1)],
    ['inside JSON', JSON.stringify({ a: SECRET })],
    ['inside JSON inside JSON', JSON.stringify(JSON.stringify({ a: SECRET }))],
    ['inside JSON of ASCII alone', JSON.stringify(SECRET).replace('ü', '\\u00fc')],
    ['in HTML', SECRET.replaceAll('"', '&quot;').replaceAll('&x', '&amp;x')],
    ['as base64', base64(SECRET)],
    ['as base64 of basic authentication', base64(`loader:${SECRET}`)],
    ['as base64 without its end', base64(`loader:${SECRET}`).replace(/=+$/, '')],
    ['as base64 for addresses', Buffer.from(SECRET).toString('base64url')],
    ['in the middle of something in base64', base64(`{"headers":{"x":"${SECRET}"}}`)],
    ['one byte further in base64', base64(`a${SECRET}, and so on`)],
    ['as hexadecimal digits', Buffer.from(SECRET).toString('hex')],
    ['as hexadecimal digits in capitals', Buffer.from(SECRET).toString('hex').toUpperCase()],
    ['in an address of an address', encodeURIComponent(encodeURIComponent(SECRET))],
    ['in an address that encodes everything', Buffer.from(SECRET).toString('hex').replace(/../g, '%$&')],
    ['in HTML with hexadecimal marks', SECRET.replace(/["/+&]/g, (mark) => `&#x${mark.charCodeAt(0).toString(16)};`)],
    ['broken over lines', SECRET.replace('p@ss', 'p@\r\n  ss')],
    ['broken over lines as a program prints them', SECRET.replace('p@ss', 'p@\\nss')],
    ['broken as mails are', SECRET.replace('p@ss', 'p@=\r\nss')],
    ['with marks of no width in it', [...SECRET].join('\u200b')],
    ['as base64 in lines', base64(`loader:${SECRET}`).replace(/.{12}(?!.?$)/g, '$&\n')],
  ])('is taken out %s', (_how, spelt) => {
    const clean = redact(`before ${spelt} after`)
    expect(clean).toMatch(/^before .*•••.* after$/)
    expect(clean).not.toMatch(/h(ü|%c3|\\u00fc)sh|p@ss|p%40ss|aMO8c2/i)
    expect(clean.replace(/\s|\\n|=\r\n|\u200b/g, '')).not.toMatch(/p@ss|70407373|%70%40%73%73|p%2540ss|cEBzc|BAc3|wQHNz/i)
  })

  it('that is a word of every day is not seen where words only follow each other', () => {
    const short = redactorFor({ secrets: ['inform'], users: [] })
    expect(short('look in\nform 7')).toBe('look in\nform 7')
  })

  it('is also each line of a key, and the password of an address', () => {
    const key = redactorFor({ secrets: ['-----BEGIN X-----\nabcdefghijklmnopqrstuvwx\n-----END X-----\n'], users: [] })
    expect(key('it holds abcdefghijklmnopqrstuvwx')).toBe('it holds •••')
    const address = redactorFor({ secrets: ['postgres://loader:hush%20p%40ss@db.example/lake?sslmode=require'], users: [] })
    expect(address('hush p@ss is wrong; TLS is require')).toBe('••• is wrong; TLS is require')
  })

  it('is taken out of an error, its causes and all that they say', () => {
    const cause = new AggregateError([new Error(`inner ${SECRET}`)], `cause ${SECRET}`, { cause: new Error(`root ${SECRET}`) })
    const error = new TidemarkError('refused', { publicMessage: `public ${SECRET}`, message: `internal ${SECRET}`, cause })
    expect(redactError(error, redact)).toBe(error)
    expect([error.publicMessage, toInternalMessage(error)]).toEqual(['public •••', 'internal ••• ← cause ••• ← root •••'])
    expect(JSON.stringify([error.stack, cause.stack, String(cause.errors)])).not.toContain('p@ss')
  })
})

it('what is said of thousands of things is looked through once, and what is kept of it has an end', () => {
  const seen: string[] = []
  const remembered = remembering((text) => {
    seen.push(text)
    return redact(text)
  })
  const said = `The password ${SECRET} is wrong.`
  expect([remembered(said), remembered(said)]).toEqual(['The password ••• is wrong.', 'The password ••• is wrong.'])
  expect(seen).toEqual([said])
  for (let n = 0; n < 2000; n += 1) expect(remembered(`${SECRET} ${n}`)).toBe(`••• ${n}`)
  expect(remembered(`${SECRET} 1999`)).toBe('••• 1999')
  expect(seen).toHaveLength(2002)
})

describe('what looks like a credential', () => {
  it.each([
    ['GET / Authorization: Bearer abc', 'GET / Authorization: •••'],
    ['{"headers":{"authorization":"Bearer abc.def","accept":"json"}}', '{"headers":{"authorization":•••,"accept":"json"}}'],
    ['{\\"X-Api-Key\\":\\"k1\\"}', '{\\"X-Api-Key\\":•••}'],
    ["{ authorization: 'Basic bG9hZGVy', host: 'x' }", "{ authorization: •••, host: 'x' }"],
    ['Set-Cookie: session=abc; Path=/', 'Set-Cookie: •••; Path=/'],
    ['token Bearer Zm9vOmJhcg== is wrong', 'token Bearer ••• is wrong'],
    ['sent eyJhbGciOiJI.eyJzdWIi.c2ln on', 'sent ••• on'],
    ['no route to https://loader:hush@db.example/x', 'no route to https://•••@db.example/x'],
    ['GET /x?client=100&access_token=abc&page=2', 'GET /x?client=100&access_token=•••&page=2'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----', '•••'],
  ])('is taken out: %s', (text, told) => {
    expect(hideForeignCredentials(text)).toBe(told)
  })

  it.each(['Basic authentication is needed', 'the bearer token expired', 'a token was refused', 'see https://example.edu/a@b'])(
    'is not every word about it: %s',
    (text) => {
      expect(hideForeignCredentials(text)).toBe(text)
    },
  )
})

describe('words of an outside system', () => {
  it.each([
    ['The selection broke for U90000001', 'The selection broke for …'],
    [
      '{"error":"invalid_token","error_description":"The token has expired","sent":"Bearer abcdefgh1"}',
      'invalid_token · The token has expired',
    ],
    ['{"error":{"code":"SY/530","message":{"lang":"en","value":"Not found"}},"person":{"name":"ann lee"}}', 'SY/530 · Not found'],
    ['{"data":[{"name":"Ann Lee","ssn":"123-45-6789"}]}', ''],
    ['{"message":"Ann Lee <ann.lee@example.edu>, born 1990-01-02, 123-45-6789, is locked"}', '…, born …, …, is locked'],
    ["ORA-00001: unique constraint violated, 'LEE, ANN'", 'ORA-00001: unique constraint violated, …'],
    ['<html><head><title>503 Service Unavailable</title></head><body>Ann Lee</body></html>', '503 Service Unavailable'],
    ['<html><body>Ann Lee</body></html>', ''],
    ['{"message":"cut off in the mid', ''],
    ['upstream\r\nrequest\ttimeout\u0007', 'upstream request timeout'],
  ])('are kept short and clean: %s', (text, kept) => {
    expect(foreignWords(text)).toBe(kept)
  })

  it('keep a name that we asked for ourselves', () => {
    expect(foreignWords("Not found for segment 'Nobody' of 'Ann'", { asked: ['Nobody'] })).toBe("Not found for segment 'Nobody' of …")
  })

  it('have an end', () => {
    expect(foreignWords('words and '.repeat(10_000)).length).toBeLessThanOrEqual(160)
  })
})

describe('what is known of an error, for the log', () => {
  it('quotes no text that a parser choked on, and no value that PostgreSQL refused', () => {
    const parse = () => {
      try {
        return JSON.parse('{"name": Ann Lee}')
      } catch (error) {
        return error
      }
    }
    expect(toInternalMessage(parse())).not.toContain('Ann')
    const refused = Object.assign(new Error('invalid input syntax for type integer: "Ann ""Lee"""'), { severity: 'ERROR' })
    expect(toInternalMessage(refused)).toBe('invalid input syntax for type integer: …')
    const gone = Object.assign(new Error('relation "sis.person" does not exist'), { severity: 'ERROR' })
    expect(toInternalMessage(gone)).toBe('relation "sis.person" does not exist')
  })

  it('holds no credential', () => {
    expect(toInternalMessage(new Error('sent Authorization: Bearer abc', { cause: 'Bearer Zm9vOmJhcg==' }))).toBe(
      'sent Authorization: ••• ← Bearer •••',
    )
  })
})

describe('a text made to be looked through for ever', () => {
  /** The least of three times: whatever else the process did meanwhile does not count. */
  const cpuMs = (work: () => unknown) => {
    const times = [1, 2, 3].map(() => {
      const before = process.cpuUsage()
      work()
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000
    })
    return Math.min(...times)
  }
  it.each(['x', '-eyJaaaaaa', '„a', '«a', '“a', "'a", 'a://', 'cookie: ', 'bearer ', '-----BEGIN PRIVATE KEY-----', '<title '])(
    'costs eight times as much where it is eight times as long: %j again and again',
    (piece) => {
      const long = (length: number) => piece.repeat(length / piece.length)
      const look = (length: number) => cpuMs(() => [redact(long(length)), foreignWords(long(length))])
      const [few, most] = [look(3000), look(24_000)]
      expect(most / Math.max(few, 2)).toBeLessThan(24)
    },
  )
})
