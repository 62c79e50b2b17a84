import { describe, expect, it } from 'vitest'
import { authorizationOf, sha256, signatureOf } from './signature.ts'

/** The example that AWS publishes of its own algorithm. */
const PARTS = {
  method: 'GET',
  path: '/',
  query: 'Version=2010-05-08&Action=ListUsers',
  headers: {
    'x-amz-date': '20150830T123600Z',
    host: 'iam.amazonaws.com',
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
  },
  payload: sha256(''),
  at: '20150830T123600Z',
  region: 'us-east-1',
  service: 'iam',
}
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const SIGNATURE = '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7'

describe('a signature', () => {
  it('is the one that AWS gives as its example, in whatever order headers and query come', () => {
    expect(signatureOf(SECRET, PARTS)).toBe(SIGNATURE)
    expect(authorizationOf('AKIDEXAMPLE', SECRET, PARTS)).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=${SIGNATURE}`,
    )
  })

  it('orders what is asked by its name alone, and then by its value', () => {
    const one = signatureOf(SECRET, { ...PARTS, query: 'a-b=1&a=2&a=1&uploads' })
    expect(signatureOf(SECRET, { ...PARTS, query: 'uploads=&a=1&a=2&a-b=1' })).toBe(one)
    expect(signatureOf(SECRET, { ...PARTS, query: 'a-b=1&a=2&a=3&uploads' })).not.toBe(one)
  })
})
