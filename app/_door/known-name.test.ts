import { describe, expect, it } from 'vitest'
import { isForOthers, isHost, isKnownName } from './known-name.ts'

const HERE = { remoteAddress: '127.0.0.1', localAddress: '127.0.0.1' }
const HERE_6 = { remoteAddress: '::1', localAddress: '::1' }
const MAPPED = { remoteAddress: '::ffff:127.0.0.1', localAddress: '::ffff:127.0.0.1' }
const ELSEWHERE = { remoteAddress: '192.0.2.7', localAddress: '192.0.2.1' }
const ELSEWHERE_6 = { remoteAddress: '2001:db8::7', localAddress: '2001:db8::1' }
const ELSEWHERE_MAPPED = { remoteAddress: '::ffff:192.0.2.7', localAddress: '::ffff:192.0.2.1' }
const PAGE = ['https://status.campus.example/page', 'http://localhost:3000', '']

describe('the page answers', () => {
  it.each([
    'localhost',
    'localhost:3000',
    'LOCALHOST',
    'localhost.',
    '127.0.0.1:3000',
    '127.0.1.1',
    '127.1',
    '0x7f.1',
    '[::1]:3000',
    '[::ffff:127.0.0.1]',
  ])('to the loopback name %s for who comes from loopback', (host) => {
    for (const ends of [HERE, HERE_6, MAPPED]) expect(isKnownName(host, ends, []), JSON.stringify(ends)).toBe(true)
  })

  it.each(['localhost', 'localhost:3000', 'localhost.', '127.0.0.1', '127.1', '[::1]', '[::ffff:127.0.0.1]', '[0:0:0:0:0:0:0:1]'])(
    'not to %s for who comes from elsewhere, even if the catalogue gives it as the address',
    (host) => {
      for (const ends of [ELSEWHERE, ELSEWHERE_6, ELSEWHERE_MAPPED]) expect(isKnownName(host, ends, PAGE), JSON.stringify(ends)).toBe(false)
    },
  )

  it('to the address that the connection came in on, and to no other', () => {
    expect(isKnownName('192.0.2.1:3000', ELSEWHERE, [])).toBe(true)
    expect(isKnownName('192.0.2.1', ELSEWHERE_MAPPED, [])).toBe(true)
    expect(isKnownName('[2001:db8::1]:3000', ELSEWHERE_6, [])).toBe(true)
    expect(isKnownName('[2001:DB8:0:0::1]', ELSEWHERE_6, [])).toBe(true)
    expect(isKnownName('192.0.2.2', ELSEWHERE, [])).toBe(false)
    expect(isKnownName('0.0.0.0', ELSEWHERE, [])).toBe(false)
  })

  it('to the host of its addresses, on every port', () => {
    for (const ends of [HERE, ELSEWHERE]) {
      expect(isKnownName('status.campus.example', ends, PAGE)).toBe(true)
      expect(isKnownName('Status.Campus.example.:8443', ends, PAGE)).toBe(true)
    }
  })

  it.each([
    'evil.example',
    'evil.example:3000',
    'localhost.evil.example',
    'status.campus.example.evil.example',
    'xlocalhost',
    '',
    '127.0.0.1.nip.io',
  ])('not to %j, which only leads here', (host) => {
    for (const ends of [HERE, ELSEWHERE]) expect(isKnownName(host, ends, PAGE)).toBe(false)
  })

  it('to nobody whose end of the connection is not known', () => {
    expect(isKnownName('localhost', { remoteAddress: undefined, localAddress: undefined }, [])).toBe(false)
    expect(isKnownName('x', { remoteAddress: undefined, localAddress: undefined }, ['', 'nonsense'])).toBe(false)
  })
})

describe('a Host header', () => {
  it.each(['localhost', 'localhost:3000', '[::1]:3000', 'a_b.example', 'localhost:'])('may be %s', (host) => {
    expect(isHost(host)).toBe(true)
  })

  it.each([
    '',
    'a b',
    'user@localhost',
    'localhost/x',
    'localhost:99999',
    'localhost:x',
    '[::1',
    'a,b',
    'localhost#',
    'localhost?x',
    '[gg::]',
    '%6cocalhost',
  ])('may not be %j', (host) => {
    expect(isHost(host)).toBe(false)
  })
})

it.each([
  ['127.0.0.1', undefined, false],
  ['::1', 'http://localhost:3000', false],
  ['127.0.0.1', 'http://127.0.0.1:3000/', false],
  ['127.0.0.1', 'https://status.campus.example', true],
  ['0.0.0.0', undefined, true],
  ['192.0.2.1', 'http://localhost:3000', true],
])('a page that listens at %s and is called %s is for others: %s', (listensAt, publicUrl, expected) => {
  expect(isForOthers(listensAt, publicUrl)).toBe(expected)
})
