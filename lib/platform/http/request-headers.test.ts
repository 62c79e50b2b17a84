import { expect, it } from 'vitest'
import { isKnown, takesGzip } from './request-headers.ts'

it.each([
  ['"a"', '"a"', true],
  ['W/"a"', '"a"', true],
  ['"b", W/"a"', 'W/"a"', true],
  ['"a"', 'W/"a"', true],
  ['*', '"a"', false],
  ['"ab"', '"a"', false],
  ['', '"a"', false],
  [null, '"a"', false],
])('If-None-Match %s knows %s: %s', (header, etag, known) => expect(isKnown(header, etag)).toBe(known))

it.each([
  ['gzip', true],
  ['br, GZIP;q=0.8', true],
  ['x-gzip', true],
  ['*', true],
  ['gzip;q=0, *', false],
  ['br, *;q=0', false],
  ['gzip;level=9;q=0', false],
  ['br', false],
  [undefined, false],
])('Accept-Encoding %s takes gzip: %s', (header, taken) => expect(takesGzip(header)).toBe(taken))
