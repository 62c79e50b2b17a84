import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { DEPARTMENT_TABLES, fillDepartmentTables } from './department-tables.ts'

const NOW = Date.parse('2026-11-20T18:00:00Z')

let database: TestDatabase
let sql: Client

beforeEach(async () => {
  database = await createTestDatabase({ empty: true })
  sql = new Client({ connectionString: database.url })
  await sql.connect()
})
afterEach(async () => {
  await sql.end()
  await database.drop()
})

async function contents(): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  for (const { name } of DEPARTMENT_TABLES) {
    const { rows } = await sql.query<{ row: string }>(`select t::text as row from ${name} t order by 1`)
    found[name] = rows.map(({ row }) => row)
  }
  return found
}

describe('what the departments keep', () => {
  it('is the same for the same moment, however often it is filled', async () => {
    await fillDepartmentTables(sql, new Date(NOW))
    const first = await contents()
    for (const [name, rows] of Object.entries(first)) expect(rows.length, name).toBeGreaterThan(20)
    await fillDepartmentTables(sql, new Date(NOW))
    expect(await contents()).toEqual(first)
  })

  it('goes on where it stopped after days off: what was there stays, and working days bring more', async () => {
    await fillDepartmentTables(sql, new Date(NOW))
    const before = await contents()
    await fillDepartmentTables(sql, new Date(NOW + 4 * DAY_MS))
    const after = await contents()
    for (const name of ['bursar.payments', 'bursar.refunds', 'student_affairs.event_checkins']) {
      expect(after[name], name).toEqual(expect.arrayContaining(before[name] ?? []))
    }
    const { rows } = await sql.query(
      'select posted_on::text as day, count(*)::int as n from bursar.payments group by 1 order by 1 desc limit 3',
    )
    expect(rows).toEqual([
      { day: '2026-11-23', n: 40 },
      { day: '2026-11-20', n: 40 },
      { day: '2026-11-19', n: 40 },
    ])
  })

  it('changes a little from day to day where it is a list of things', async () => {
    await fillDepartmentTables(sql, new Date(NOW))
    const before = new Set((await contents())['housing.assignments'])
    await fillDepartmentTables(sql, new Date(NOW + DAY_MS))
    const beds = (await contents())['housing.assignments'] ?? []
    const changed = beds.filter((bed) => !before.has(bed)).length
    expect(beds).toHaveLength(1600)
    expect(changed).toBeGreaterThan(20)
    expect(changed).toBeLessThan(400)
  })
})
