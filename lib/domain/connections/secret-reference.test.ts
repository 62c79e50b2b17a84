import { describe, expect, it } from 'vitest'
import { isSecretReference, type KnownReference, rememberReferences, type SeenReference } from './secret-reference.ts'

describe('a reference', () => {
  it.each([
    ['password', 'ANYTHING', 'x'],
    ['key', 'SNAPLOGIC_KEY', 'x'],
    ['csEnv', 'ENV', 'x'],
    ['url', 'LAKE_DATABASE_URL', 'postgres://loader:hush@db.example/lake'],
    ['url', 'HOOK', 'https://hooks.example/x?token=hush'],
    ['user', 'PEOPLESOFT_PASSWORD', 'x'],
    ['url', 'LAKE_PASSWORD', 'postgres://loader@db.example/lake'],
  ])('in "%s" called %s is a secret', (setting, name, text) => {
    expect(isSecretReference(setting, name, text)).toBe(true)
  })

  it.each([
    ['baseUrl', 'PEOPLESOFT_URL', 'https://ps.example/psft'],
    ['user', 'PEOPLESOFT_USER', 'loader'],
    ['host', 'SFTP_HOST', 'files.example'],
    ['hostKey', 'SFTP_FINGERPRINT', 'SHA256:abc'],
    ['url', 'LAKE_DATABASE_URL', 'postgres://loader@db.example/lake'],
  ])('in "%s" called %s is none', (setting, name, text) => {
    expect(isSecretReference(setting, name, text)).toBe(false)
  })
})

const seen = (more: Partial<SeenReference> = {}): SeenReference => ({
  name: 'PASSWORD',
  setting: 'password',
  isSecret: true,
  setIn: 'env-file',
  fingerprint: 'k1.aa',
  ...more,
})
const known = (more: Partial<KnownReference> = {}): KnownReference => ({ ...seen(), seenAt: 100, changedAt: null, ...more })

describe('what is known of a reference', () => {
  it('begins with the first look, which is no change', () => {
    expect(rememberReferences([], [seen()], 100)).toEqual([known()])
  })

  it('stays while the value stays, wherever it now comes from', () => {
    expect(rememberReferences([known({ changedAt: 50 })], [seen({ setIn: 'shell' })], 200)).toEqual([
      known({ setIn: 'shell', changedAt: 50 }),
    ])
  })

  it('says when the value was seen to differ', () => {
    expect(rememberReferences([known()], [seen({ fingerprint: 'k1.bb' })], 200)).toEqual([
      known({ fingerprint: 'k1.bb', seenAt: 200, changedAt: 200 }),
    ])
  })

  it('outlives a value that is missing for a while', () => {
    const gone = rememberReferences([known({ changedAt: 50 })], [seen({ setIn: 'missing', fingerprint: null })], 200)
    expect(gone).toEqual([known({ setIn: 'missing', changedAt: 50 })])
    expect(rememberReferences(gone, [seen()], 300)).toEqual([known({ changedAt: 50 })])
    expect(rememberReferences(gone, [seen({ fingerprint: 'k1.bb' })], 300)).toEqual([
      known({ fingerprint: 'k1.bb', seenAt: 300, changedAt: 300 }),
    ])
  })

  it('of a value never seen begins when it comes', () => {
    const missing = rememberReferences([], [seen({ setIn: 'missing', fingerprint: null })], 100)
    expect(missing).toEqual([known({ setIn: 'missing', fingerprint: null, seenAt: null })])
    expect(rememberReferences(missing, [seen()], 300)).toEqual([known({ seenAt: 300 })])
  })

  it('takes no change from a new key of the hash', () => {
    expect(rememberReferences([known()], [seen({ fingerprint: 'k2.zz' })], 200)).toEqual([known({ fingerprint: 'k2.zz' })])
  })

  it('forgets references that are gone from the settings', () => {
    expect(rememberReferences([known(), known({ name: 'OLD' })], [seen()], 200)).toEqual([known()])
  })
})
