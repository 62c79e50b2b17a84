import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { isJsonObject } from '#lib/domain/values/json.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { HABITS } from './departments/answers.ts'
import { changedAt, DATASETS, type Dataset, isDatasetName } from './departments/datasets.ts'
import { startDepartments } from './departments.ts'

const at = Date.parse('2026-11-20T09:05:00Z')
const datasets: [string, Dataset][] = Object.entries(DATASETS)

describe('the departments', () => {
  it.each(datasets)('%s keeps the same rows at the same moment, with its columns, no two of them alike', (_name, { rows, columns }) => {
    const now = rows(at)
    expect(now).toEqual(rows(at))
    for (const row of now) expect(Object.keys(row)).toEqual(columns)
    expect(new Set(now.map((row) => JSON.stringify(row[columns[0] ?? '']))).size).toBe(now.length)
  })

  it.each(datasets)('%s changes at its own pace: some of it, not all', (name, { rows, everyMs }) => {
    if (!isDatasetName(name)) throw new Error('a dataset')
    const begun = changedAt(name, at)
    expect(rows(begun + everyMs - 1)).toEqual(rows(begun))
    const [before, after] = [rows(begun), rows(begun + everyMs)].map((some) => new Set(some.map((row) => JSON.stringify(row))))
    const kept = [...(after ?? [])].filter((row) => before?.has(row)).length
    expect(kept).toBeGreaterThan((after?.size ?? 0) / 2)
    expect(kept).toBeLessThan(after?.size ?? 0)
  })

  it('keep what is later than now to themselves', () => {
    const newest = DATASETS['dining/transactions'].rows(at).map((row) => Date.parse(`${row['sold_at']}Z`))
    expect(Math.max(...newest)).toBeLessThan(at)
    expect(Math.min(...newest)).toBeGreaterThan(at - 4 * DAY_MS)
  })

  it('answer by the clock they are given, and only those who may ask', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'departments-'))
    const clock = new FakeClock(at)
    const { url, close, credentials } = await startDepartments({ clock, folder })
    const ask = async (path: string, headers: Record<string, string> = {}) => fetch(`${url}/api/${path}`, { headers })
    const refused = Object.entries(HABITS).filter(([, { credential }]) => credential !== 'none')
    for (const [name] of refused) expect((await ask(name)).status, name).toBe(401)
    const rows: unknown = await (await ask('housing/rooms')).json()
    clock.set(at + 4 * HOUR_MS)
    expect(await (await ask('housing/rooms')).json()).not.toEqual(rows)
    const page: unknown = await (await ask('parking/permits?page=13&size=100', { [credentials.keyHeader]: credentials.key })).json()
    expect(isJsonObject(page) && page['data']).toEqual([])
    expect((await ask('no/such')).status).toBe(404)
    await close()
    await rm(folder, { recursive: true })
  })
})
