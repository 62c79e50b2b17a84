import { createHash, createHmac } from 'node:crypto'

/** What a signature (AWS, version 4) is made over, as it goes over the wire. */
export interface SignedParts {
  method: string
  /** Encoded. */
  path: string
  /** Encoded, without its question mark. */
  query: string
  /** Those that are signed, by their names in small letters. */
  headers: Readonly<Record<string, string>>
  /** What `x-amz-content-sha256` says, else the hash of the body. */
  payload: string
  /** `20261120T070000Z` */
  at: string
  region: string
  service: string
}

/** The signature that whoever knows the secret makes of a request, in hexadecimal digits. */
export function signatureOf(secret: string, parts: SignedParts): string {
  const day = parts.at.slice(0, 8)
  const text = ['AWS4-HMAC-SHA256', parts.at, scopeOf(parts), sha256(canonical(parts))].join('\n')
  const key = [day, parts.region, parts.service, 'aws4_request'].reduce<string | Buffer>((key, word) => hmac(key, word), `AWS4${secret}`)
  return hmac(key, text).toString('hex')
}

/** The header by which a request says who signed it. */
export function authorizationOf(accessKeyId: string, secret: string, parts: SignedParts): string {
  const credential = `${accessKeyId}/${scopeOf(parts)}`
  const signed = Object.keys(parts.headers).sort().join(';')
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed}, Signature=${signatureOf(secret, parts)}`
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

function scopeOf({ at, region, service }: SignedParts): string {
  return [at.slice(0, 8), region, service, 'aws4_request'].join('/')
}

function canonical({ method, path, query, headers, payload }: SignedParts): string {
  const names = Object.keys(headers).sort()
  const lines = names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`)
  return [method, path, sortedQuery(query), lines.join(''), names.join(';'), payload].join('\n')
}

function sortedQuery(query: string): string {
  const pairs = query.split('&').filter((pair) => pair !== '')
  const split = pairs.map((pair): [string, string] => {
    const at = pair.indexOf('=')
    return at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
  })
  const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0)
  return split
    .sort((one, other) => compare(one[0], other[0]) || compare(one[1], other[1]))
    .map((pair) => pair.join('='))
    .join('&')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
