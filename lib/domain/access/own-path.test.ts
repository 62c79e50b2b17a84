import { describe, expect, it } from 'vitest'
import { ownPath } from './own-path.ts'

describe('where somebody is led after signing in', () => {
  it.each(['/', '/feeds/terms', '/runs?flow=course&state=failed', '/connections#sap', '/assets/lake/a%20b'])(
    'is %s, a path of this page',
    (path) => {
      expect(ownPath(path)).toBe(path)
    },
  )

  it.each([
    'https://evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/.//evil.example',
    '/..//evil.example',
    'javascript:alert(1)',
    ' //evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/a\r\nset-cookie: x=y',
    'evil.example',
    '@evil.example',
    '',
    `/${'a'.repeat(2000)}`,
    '/sign-in?to=/sign-in',
    '/sign-out',
    '/api/v1/status',
  ])('is the first page when %j was asked for', (path) => {
    expect(ownPath(path)).toBe('/')
  })

  it('is the first page when nothing was asked for', () => {
    expect([ownPath(null), ownPath(undefined)]).toEqual(['/', '/'])
  })
})
