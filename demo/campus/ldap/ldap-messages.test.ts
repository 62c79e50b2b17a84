import { describe, expect, it } from 'vitest'
import { matches } from './filter.ts'
import { entryMessage, readMessage, resultMessage } from './ldap-messages.ts'

// Bytes as RFC 4511 and RFC 2696 have them, written by hand: the library that writes the connector's questions reads them here, too.
const hex = (...parts: string[]) => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex')
const BIND = hex('30 12', '02 01 02', '60 0d', '02 01 03', '04 04 636e3d61', '80 02 7077')
const FILTER = hex('a0 12', 'a3 08 04 03 756964 04 01 61', 'a2 06 87 04 6d61696c').toString('hex')
const PAGED = hex('a0 26 30 24', '04 16', Buffer.from('1.2.840.113556.1.4.319').toString('hex'), '01 01 ff', '04 07 30 05 02 01 02 04 00')
const SEARCH = hex(
  ...['30 5c', '02 01 03', '63 2f', '04 03 6f3d63', '0a 01 02', '0a 01 00', '02 01 00', '02 01 00', '01 01 00'],
  ...[FILTER, '30 05 04 03 756964', PAGED.toString('hex')],
)

describe('a message of the directory, byte for byte', () => {
  it('that signs in tells who, and by what password', () => {
    expect(readMessage(BIND)).toEqual({ request: { id: 2, kind: 'bind', name: 'cn=a', password: 'pw' }, bytes: BIND.length })
  })

  it('that searches tells where, what, which attributes and how many at a time', () => {
    const found = readMessage(Buffer.concat([SEARCH, BIND]))
    expect(found?.bytes).toBe(SEARCH.length)
    const { request } = found ?? {}
    expect(request).toMatchObject({
      id: 3,
      kind: 'search',
      base: 'o=c',
      scope: 2,
      sizeLimit: 0,
      attributes: ['uid'],
      page: { size: 2, cookie: '' },
    })
    if (request?.kind !== 'search') throw new Error('not a search')
    expect(matches(request.filter, { dn: 'uid=a', attributes: { uid: ['a'] } })).toBe(true)
    expect(matches(request.filter, { dn: 'uid=a', attributes: { uid: ['a'], mail: ['a@b'] } })).toBe(false)
    expect(matches(request.filter, { dn: 'uid=b', attributes: { uid: ['b'] } })).toBe(false)
  })

  it('that has not come whole is waited for', () => {
    for (let length = 0; length < SEARCH.length; length += 1) expect(readMessage(SEARCH.subarray(0, length)), `${length} bytes`).toBeNull()
  })

  it('that ends the session is told from one that nobody knows', () => {
    expect(readMessage(hex('30 05 02 01 04 42 00'))?.request).toEqual({ id: 4, kind: 'unbind' })
    expect(readMessage(hex('30 05 02 01 05 4a 00'))?.request).toEqual({ id: 5, kind: 'other' })
  })

  it('that answers is an entry with its attributes, then how it ended', () => {
    expect(entryMessage(3, { dn: 'uid=a', attributes: { uid: ['a'] } }).toString('hex')).toBe(
      hex('30 1a 02 01 03', '64 15', '04 05 7569643d61', '30 0c 30 0a 04 03 756964 31 03 04 01 61').toString('hex'),
    )
    expect(resultMessage(3, 0x65, 0).toString('hex')).toBe(hex('30 0c 02 01 03 65 07 0a 01 00 04 00 04 00').toString('hex'))
  })
})
