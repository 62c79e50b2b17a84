import { describe, expect, it } from 'vitest'
import { partsFor } from '#app/admin/admin-shell.tsx'
import { person, ROLES, visitor } from '#lib/domain/access/actor.ts'
import { overviewKey, readerKind, readersOf, readOverviewKey, writeOverviewKey } from './overview-key.ts'

const ada = { id: 'ada', name: 'Ada' }

describe('the key of an overview', () => {
  it('says who sees it, as far as that matters, and what they see', () => {
    expect(overviewKey(visitor())).toBe('public')
    expect(overviewKey(visitor('everybody'))).toBe('public:everybody')
    expect(overviewKey(person({ ...ada, role: 'viewer', audience: 'finance' }))).toBe('member:finance')
    expect(overviewKey(person({ ...ada, role: 'viewer', audience: null }))).toBe('member')
    expect(overviewKey(person({ ...ada, role: 'engineer', audience: 'finance' }))).toBe('admin:finance')
    expect(overviewKey(person({ ...ada, role: 'engineer', audience: null }))).toBe('admin')
    expect(overviewKey(person({ ...ada, role: 'admin', audience: null }))).toBe('admin')
  })

  it('goes by what the masthead leads to: whoever has a part of the administration is led there, and nobody else', () => {
    for (const role of ROLES) expect(readerKind({ kind: 'person', role })).toBe(partsFor({ role }).length > 0 ? 'admin' : 'member')
  })

  it('keeps people apart from audiences of the same name', () => {
    const keys = ['public', 'member', 'admin', 'all', ''].map((audience) => overviewKey(person({ ...ada, role: 'viewer', audience })))
    expect(new Set([...keys, 'public', 'member', 'admin']).size).toBe(8)
  })

  it('comes back whole from a header, and what is none is refused', () => {
    for (const audience of [null, 'finance', 'bücher:2', 'a\nb', '']) {
      const key = overviewKey(person({ ...ada, role: 'viewer', audience }))
      expect(writeOverviewKey(key)).toMatch(/^[\w%.]*$/)
      expect(readOverviewKey(writeOverviewKey(key))).toBe(key)
      expect(readersOf(key)).toEqual({ kind: 'member', actor: visitor(audience) })
    }
    for (const text of [null, '', 'all', 'publicity', ':public', 'PUBLIC']) expect(readOverviewKey(text)).toBeNull()
  })
})
