import { describe, expect, test } from 'vitest'
import type { TableState } from './metadata.ts'
import type { RowsSeen } from './probe-state.ts'
import { ageSince, readRowsAnswer, rowsStatement } from './rows-seen.ts'

const table: TableState = {
  relid: 16400,
  kind: 'r',
  readable: true,
  wholeReadable: true,
  rowSecurity: false,
  isHeap: true,
  hasChildren: false,
  fileNode: 1,
  inserted: 0,
  updated: 0,
  deleted: 0,
  liveRows: 5,
  estimatedRows: 5,
}
const seen = (snapshot: string, writers: string[] | null = []): RowsSeen => ({ snapshot, writers, origin: '1/1', filled: true })
const statement = (before: RowsSeen | null) => rowsStatement({ schema: 's', name: 't' }, table, before).replace(/\s+/g, ' ')
const probe = (snapshot: string, before: RowsSeen | null, origin: string | null = '1/1') =>
  readRowsAnswer({ values: [snapshot, 't', 't', 't', ''], types: [] }, before, origin)

describe('who wrote a row', () => {
  test('is compared by age, from the first transaction after the kept snapshot', () => {
    expect(statement(seen('900:900:'))).toContain('where age(xmin) between 0 and least(next - 900, 2147483646)::int)')
  })

  test('is looked for among the writers seen, where others were under way, by the 32 bits that rows carry', () => {
    const wrapped = statement(seen('4294967290:4294967400:4294967290', ['4294967295', '3']))
    expect(wrapped).toContain(`xmin::text <> all('{4294967295,3}')`)
    expect(statement(seen('4294967290:4294967400:4294967290,4294967310', null))).toContain(`xmin::text = any('{4294967290,14}')`)
  })

  test('is never older than half the circle of ids, which is frozen, nor asked of a first probe', () => {
    expect(ageSince('next', 5n)).toBe('least(next - 5, 2147483646)::int')
    expect(statement(null)).toContain('where false)')
  })
})

describe('a kept snapshot', () => {
  test('counts on the same timeline only, and not from ahead of it', () => {
    expect(probe('1000:1000:', seen('900:900:')).isNew).toBe(true)
    expect(probe('1000:1000:', seen('900:900:'), '1/2').isNew).toBeNull()
    expect(probe('800:800:', seen('900:900:')).isNew).toBeNull()
    expect(probe('1000:1000:', null).isNew).toBeNull()
  })

  test('remembers writers by name up to a hundred', () => {
    const many = Array.from({ length: 101 }, (_, id) => id).join(',')
    expect(readRowsAnswer({ values: ['9:9:', 't', 't', 'f', many], types: [] }, null, null).seen?.writers).toBeNull()
  })
})
