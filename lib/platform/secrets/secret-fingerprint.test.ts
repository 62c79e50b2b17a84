import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redactorFor } from './redaction.ts'
import { fingerprintOf, fingerprintReferences, secretsOf } from './secret-fingerprint.ts'
import { secretSource } from './secrets.ts'

const KEY = 'a key of at least thirty-two characters'
const values: Record<string, string> = {
  USER: 'loader',
  WORD: 'hush p@ss',
  LAKE: 'postgres://loader:hush%20p%40ss@db.example/lake',
  SHORT: 'abc',
  QUOTES: 'a "b" c',
}
const source = secretSource({ envFile: 'none', environment: (name) => values[name] })

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-fingerprint-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('fingerprints of references', () => {
  it('says where each is set and whether it is a secret, and never a value', () => {
    const path = join(folder, 'token')
    writeFileSync(path, 'hush p@ss\n')
    const settings = { user: '${USER}', password: '${WORD}', url: '${LAKE}', token: `file:${path}`, other: '${NOWHERE}' }
    const seen = fingerprintReferences(settings, source, KEY)
    expect(seen.map(({ name, isSecret, setIn }) => [name, isSecret, setIn])).toEqual([
      ['USER', false, 'shell'],
      ['WORD', true, 'shell'],
      ['LAKE', true, 'shell'],
      [path, true, 'secret-file'],
      ['NOWHERE', true, 'missing'],
    ])
    expect(JSON.stringify(seen)).not.toMatch(/hush|loader/)
    expect(seen.find(({ name }) => name === 'NOWHERE')?.fingerprint).toBeNull()
  })

  it('sees a secret file that is gone as missing', () => {
    expect(fingerprintReferences({ token: 'file:/nowhere/at/all' }, source, KEY)).toMatchObject([{ setIn: 'missing', fingerprint: null }])
  })
})

describe('a fingerprint', () => {
  it('is the same for the same value under the same key, and names its key', () => {
    expect(fingerprintOf('a', KEY)).toBe(fingerprintOf('a', KEY))
    expect(fingerprintOf('a', KEY)).not.toBe(fingerprintOf('b', KEY))
    expect(fingerprintOf('a', KEY).split('.')[0]).toBe(fingerprintOf('b', KEY).split('.')[0])
    expect(fingerprintOf('a', KEY).split('.')[0]).not.toBe(fingerprintOf('a', `${KEY}2`).split('.')[0])
  })
})

describe("somebody else's words", () => {
  const settings = { user: '${USER}', password: '${WORD}', url: '${LAKE}', pin: '${SHORT}', key: '${QUOTES}' }
  it.each([
    ['cannot sign in with hush p@ss', 'cannot sign in with •••'],
    ['no route to postgres://loader:hush%20p%40ss@db.example/lake today', 'no route to ••• today'],
    ['GET /?key=hush%20p%40ss', 'GET /?key=•••'],
    ['{"refused":"a \\"b\\" c"}', '{"refused":"•••"}'],
    ['loader may not read; abc', 'loader may not read; abc'],
  ])('"%s" are told as "%s"', (text, told) => {
    expect(redactorFor(secretsOf(settings, source.lookup))(text)).toBe(told)
  })
})
