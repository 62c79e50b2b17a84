import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { declaredFlowSchema } from '#lib/catalogue/schema/declared-flow.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { RunStopped } from '#lib/engine/run/stop.ts'
import { UnusableRecord } from '#lib/records/unusable-record.ts'
import { type LakeWithCampus, lakeWithCampus, type RunOptions } from '#lib/testing/runs/lake-runs.ts'
import { MemoryLedger } from '#lib/testing/runs/memory-ledger.ts'
import { flowFromDeclaration } from './declared-flow.ts'

let lake: LakeWithCampus
beforeAll(async () => {
  lake = await lakeWithCampus()
})
afterAll(() => lake?.close())
beforeEach(() => lake.rows('drop schema if exists parking cascade'))

const PERMITS = `
extract: { from: parking_api/permits, records: data }
select: { permit_id: { from: id, type: integer }, plate: vehicle.plate, valid_until: { from: expires, type: date } }
load: { into: lake/parking.permits, mode: merge, key: permit_id }`
const flowOf = (yaml: string) =>
  flowFromDeclaration({ name: 'parking-permits', written: declaredFlowSchema.parse(parse(yaml)), zone: 'America/New_York' })
const permit = (id: unknown, plate = `P${id}`, expires = '2026-12-31') => ({ id, vehicle: { plate }, expires })
async function* answer(records: readonly unknown[]): AsyncGenerator<unknown> {
  yield* records
}
const run = (yaml: string, records: readonly unknown[], more: RunOptions = {}) =>
  lake.run('parking-permits', flowOf(yaml), { extract: () => answer(records), ...more })
const permits = () =>
  lake.rows<{ line: string }>("select concat_ws(' ', permit_id, plate, valid_until) as line from parking.permits order by 1")

describe('a declared flow that loads', () => {
  it('fills a table, and says what it did', async () => {
    const requests: unknown[] = []
    const end = await run(PERMITS, [], {
      extract: (request) => {
        requests.push(request)
        return answer([permit(1), permit('2', 'B 2', '20261130')])
      },
    })
    expect(requests).toEqual([{ path: 'permits', records: 'data' }])
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 2, problem: null })
    expect(end.report).toMatchObject({ rowsSeen: 2, counts: { rows: 2, inserted: 2, changed: 0, unchanged: 0, deleted: 0 } })
    expect((await permits()).map((row) => row.line)).toEqual(['1 P1 2026-12-31', '2 B 2 2026-11-30'])
    expect(end.ledger.started.map((task) => task.name)).toEqual(['extract', 'load'])
    expect(end.ledger.counted.at(-1)).toEqual({ extract: { rows: 2 }, load: { inserted: 2, changed: 0, unchanged: 0, deleted: 0 } })
  })

  it('puts aside what could not be read, under its place, and what is nested without end', async () => {
    const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`)
    const records = [permit(1), new UnusableRecord('line 17', 'has 1 value, and there are 3 columns'), { ...permit(2), note: deep }]
    const whole = 'extract: { from: parking_api/permits }\nload: { into: lake/parking.permits, mode: append }'
    const end = await run(
      whole,
      records.map((record) => (record instanceof UnusableRecord ? record : { ...record, vehicle: 'x' })),
    )
    expect(end).toMatchObject({ rowsLoaded: 1 })
    expect(end.ledger.rejections).toMatchObject([
      { key: 'line 17', reason: 'has 1 value, and there are 3 columns' },
      { key: 'row 3', reason: 'note is nested deeper than 200 levels' },
    ])
  })

  it('is idle when nothing is new', async () => {
    await run(PERMITS, [permit(1), permit(2)])
    expect(await run(PERMITS, [permit(1), permit(2)])).toMatchObject({ state: 'completed', rowsLoaded: 0 })
  })

  it('is no good load of an answer without a row, in whatever mode, unless that is allowed', async () => {
    await run(PERMITS, [permit(1), permit(2)])
    const end = await run(PERMITS, [])
    expect(end).toMatchObject({ state: 'failed', rowsLoaded: 0 })
    expect(end.problem).toBe('There is no row to load. parking.permits keeps its 2 rows. If that is right, run the flow with allowEmpty.')
    expect(await run(PERMITS, [], { parameters: { allowEmpty: true } })).toMatchObject({ state: 'completed', rowsLoaded: 0 })
    expect(await run(PERMITS.replace('key:', 'allowEmpty: true, key:'), [])).toMatchObject({ state: 'completed', rowsLoaded: 0 })
  })

  it('puts rows aside that do not fit, with row and column, and without what stands there', async () => {
    const end = await run(PERMITS, [permit(1), permit('B0042'), permit(3, 'P3', 'Jane Doe'), permit(' '), 'text', permit(5)])
    expect(end).toMatchObject({ state: 'partial', rowsLoaded: 2, problem: null })
    expect(end.report).toMatchObject({ rowsSeen: 6 })
    expect(end.ledger.rejections.map(({ task, key, reason, row }) => [task, key, reason, row])).toEqual([
      ['extract', 'row 2', 'permit_id reads like "a9999", not a whole number', undefined],
      ['extract', 'row 3', 'valid_until reads like "aaaa aaa", not a date such as 2026-11-20', undefined],
      ['extract', 'row 4', 'permit_id is empty, and it tells rows apart', undefined],
      ['extract', 'row 5', 'the whole row is not a record with fields', undefined],
    ])
    expect(end.ledger.counted.at(-1)).toMatchObject({ extract: { rows: 6, 'put aside': 4 } })
  })

  it('replaces nothing by an answer with too many rows that do not fit', async () => {
    const replace = PERMITS.replace('mode: merge, ', '')
    const good = Array.from({ length: 99 }, (_, i) => permit(i))
    await run(replace, good)
    const one = await run(replace, [...good.slice(0, 98), permit(200), permit('x')])
    expect(one).toMatchObject({ state: 'partial', rowsLoaded: 2 })
    const two = await run(replace, [...good, permit('x'), permit('y')])
    expect(two).toMatchObject({ state: 'failed' })
    expect(two.problem).toBe(
      '2 of 101 rows could not be used, more than 1 %. Look at the rows put aside, or raise rejectTolerance. Nothing was changed.',
    )
    expect(await run(`${replace}\nrejectTolerance: 0.05`, [...good, permit('x'), permit('y')])).toMatchObject({ state: 'partial' })
  })

  it('refuses an answer in which a field is never there', async () => {
    const end = await run(PERMITS.replace('vehicle.plate', 'vehicle.plat'), [permit(1)])
    expect(end).toMatchObject({ state: 'failed' })
    expect(end.problem).toBe(
      'No row has "vehicle.plat". Correct the path in "select", or write "default: null" for plate if it may be missing. Nothing was changed.',
    )
    expect(await lake.rows("select to_regclass('parking.permits') as table")).toEqual([{ table: null }])
    const optional = PERMITS.replace('plate: vehicle.plate', 'plate: { from: vehicle.plat, default: null }')
    expect(await run(optional, [permit(1)])).toMatchObject({ state: 'completed' })
  })

  it('refuses a shrunken answer unless this one run is told otherwise', async () => {
    const replace = PERMITS.replace('mode: merge, ', '')
    await run(
      replace,
      [1, 2, 3, 4].map((id) => permit(id)),
    )
    expect((await run(replace, [permit(1)])).problem).toContain('The answer holds 1 rows, parking.permits 4.')
    expect(await run(replace, [permit(1)], { parameters: { shrinkRatio: 0.1 } })).toMatchObject({ state: 'completed', rowsLoaded: 3 })
    expect((await run(replace, [])).problem).toContain('There is no row to load.')
    expect(await run(replace, [], { parameters: { allowEmpty: true } })).toMatchObject({ state: 'completed', rowsLoaded: 1 })
  })

  it('takes every field when nothing is selected, and refuses two for one column', async () => {
    const all = '\nextract: { from: api/x }\nload: { into: lake/parking.permits, mode: replace }'
    await run(all, [
      { permitId: 1, 'Valid Until': 'x' },
      { permitId: 2, note: { a: 1 } },
    ])
    expect(await lake.rows('select permit_id, valid_until, note from parking.permits order by 1')).toEqual([
      { permit_id: '1', valid_until: 'x', note: null },
      { permit_id: '2', valid_until: null, note: '{"a":1}' },
    ])
    const clash = await run(all, [{ Plate: 1, plate: 2 }])
    expect(clash.problem).toContain('The column plate would be filled by two fields, "Plate" and "plate"; name them in "select".')
  })

  it('says in a dry run what would change', async () => {
    await run(PERMITS, [permit(1)])
    const end = await run(PERMITS, [permit(1, 'NEW'), permit(2)], { parameters: { dryRun: true } })
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 0 })
    expect(end.report).toMatchObject({ moves: 'nothing', counts: { inserted: 1, changed: 1, 'dry run': 'nothing was changed' } })
    expect((await permits()).map((row) => row.line)).toEqual(['1 P1 2026-12-31'])
  })

  it('refuses parameters it does not take', async () => {
    expect((await run(PERMITS, [], { parameters: { drRun: true } })).problem).toContain('drRun')
  })

  it('tries again when the source breaks off, from the beginning, and counts nothing twice', async () => {
    let tries = 0
    async function* flaky(): AsyncGenerator<unknown> {
      tries += 1
      yield permit(1)
      yield permit('bad')
      if (tries < 3) throw new TidemarkError('unavailable', { publicMessage: 'The line broke.', retryable: true })
      yield permit(2)
    }
    const end = await run(PERMITS, [], { extract: flaky })
    expect(end).toMatchObject({ state: 'partial', rowsLoaded: 2 })
    expect(end.report).toMatchObject({ rowsSeen: 3 })
    expect(end.ledger.ended.map(({ name, tries: count }) => `${name} ${count}`)).toEqual(['extract 3', 'load 1'])
    expect(new Set(end.ledger.rejections.map((rejection) => rejection.key))).toEqual(new Set(['row 2']))
  })

  it('fails in the words of the source, and changes nothing, when the source stays away', async () => {
    await run(PERMITS, [permit(1)])
    async function* gone(): AsyncGenerator<unknown> {
      yield permit(2)
      throw new TidemarkError('unavailable', { publicMessage: 'Parking does not answer.', retryable: true })
    }
    const end = await run(PERMITS, [], { extract: gone })
    expect(end).toMatchObject({ state: 'failed', problem: 'Parking does not answer.' })
    expect((await permits()).map((row) => row.line)).toEqual(['1 P1 2026-12-31'])
  })

  it('stops when there is no end of rows that do not fit', async () => {
    const end = await run(
      PERMITS,
      Array.from({ length: 10_001 }, () => permit('x')),
    )
    expect(end.problem).toContain('More than 10000 rows could not be used; the last one: permit_id reads like "a"')
  })

  it('a second attempt after the commit reads nothing and ends as the first would have', async () => {
    const runId = randomUUID()
    const append = PERMITS.replace('mode: merge, key: permit_id', 'mode: append')
    await run(append, [permit(1), permit(2)], { runId })
    const unread = () => {
      throw new Error('must not be read')
    }
    const again = await run(append, [], { runId, attempt: 2, ledger: new MemoryLedger(), extract: unread })
    expect(again).toMatchObject({ state: 'completed', rowsLoaded: 2, report: { rowsSeen: 2 } })
    expect(await lake.count('parking.permits')).toBe(2)
  })

  it('a second attempt before the commit reads again', async () => {
    const runId = randomUUID()
    async function* stopped(): AsyncGenerator<unknown> {
      yield permit(1)
      throw new RunStopped('handed-back')
    }
    const first = await run(PERMITS, [], { runId, extract: stopped })
    expect(first.state).toBe('handed-back')
    expect(first.ledger.ended.map(({ name, result }) => [name, result])).toEqual([['extract', undefined]])
    expect(await run(PERMITS, [permit(1), permit(2)], { runId, attempt: 2 })).toMatchObject({ state: 'completed', rowsLoaded: 2 })
  })
})
