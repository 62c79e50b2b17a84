import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { declaredFlowSchema } from '#lib/catalogue/schema/declared-flow.ts'
import type { Delivery } from '#lib/connectors/kit/connector.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type LakeWithCampus, lakeWithCampus, type RunOptions } from '#lib/testing/runs/lake-runs.ts'
import { MemoryLedger } from '#lib/testing/runs/memory-ledger.ts'
import { flowFromDeclaration } from './declared-flow.ts'

let lake: LakeWithCampus
beforeAll(async () => {
  lake = await lakeWithCampus()
})
afterAll(() => lake?.close())

const FILE = `
extract: { from: lake/parking.permits }
deliver: { to: "library/inbox/permits_{date}T{hh}{mi}.csv", format: csv, checksum: sha256 }`

const flowOf = (yaml: string) =>
  flowFromDeclaration({ name: 'permits-file', written: declaredFlowSchema.parse(parse(yaml)), zone: 'America/New_York' })
async function* answer(records: readonly unknown[]): AsyncGenerator<unknown> {
  yield* records
}
const run = (yaml: string, records: readonly unknown[], more: RunOptions = {}) =>
  lake.run('permits-file', flowOf(yaml), { extract: () => answer(records), ...more })

describe('a declared flow that delivers', () => {
  function partner(fail = 0) {
    const taken: { to: string; path: string; text: string; delivery: Delivery }[] = []
    let failures = fail
    const deliver: RunOptions['deliver'] = async (to, delivery) => {
      const chunks: Uint8Array[] = await Array.fromAsync(delivery.open(), (chunk) => chunk)
      if (failures-- > 0) throw new TidemarkError('unavailable', { publicMessage: 'The partner hung up.', retryable: true })
      taken.push({ to, path: delivery.path, text: Buffer.concat(chunks).toString(), delivery })
      return { detail: `${delivery.path} is there.` }
    }
    return { taken, deliver }
  }
  const ROWS = [
    { permit_id: 1, plate: 'AB "1"' },
    { permit_id: 2, plate: null },
  ]
  const tick = Date.parse('2026-11-20T10:00:00Z')

  it('makes a file named by its tick on the flow’s clock, and hands it over with its options', async () => {
    const { taken, deliver } = partner()
    const end = await run(FILE, ROWS, { deliver, scheduledFor: tick })
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 2 })
    expect(taken).toMatchObject([{ to: 'library', path: 'inbox/permits_2026-11-20T0500.csv', text: 'permit_id,plate\n1,"AB ""1"""\n2,\n' }])
    expect(taken[0]?.delivery).toMatchObject({
      options: { checksum: 'sha256' },
      bytes: 32,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(end.report).toMatchObject({ rowsSeen: 2, counts: { rows: 2, file: 'inbox/permits_2026-11-20T0500.csv', bytes: 32 } })
    expect(end.ledger.entries.map((entry) => entry.message)).toContain('inbox/permits_2026-11-20T0500.csv is there.')
    expect(end.ledger.started.map((task) => task.name)).toEqual(['extract', 'deliver'])
  })

  it('has the same name in every attempt, whenever it runs', async () => {
    const { taken, deliver } = partner()
    const runId = randomUUID()
    lake.clock.set('2026-11-22T23:00:00Z')
    for (const attempt of [1, 2]) await run(FILE, ROWS, { deliver, scheduledFor: tick, runId, attempt })
    expect(taken.map((file) => file.path)).toEqual(['inbox/permits_2026-11-20T0500.csv', 'inbox/permits_2026-11-20T0500.csv'])
  })

  it('tells of the file that was handed over, also when a later attempt reads other rows', async () => {
    const { taken, deliver } = partner()
    const runId = randomUUID()
    const first = await run(FILE, ROWS, { deliver, runId })
    const ledger = new MemoryLedger(
      Object.fromEntries(first.ledger.ended.map(({ name, result }) => [name, result]).filter(([, result]) => result)),
    )
    const second = await run(FILE, ROWS.slice(1), { deliver, runId, attempt: 2, ledger })
    expect(taken).toHaveLength(1)
    expect(second.report).toEqual(first.report)
  })

  it('has a header when there is no row, where "select" names the columns', async () => {
    const { taken, deliver } = partner()
    const selected = `${FILE}\nselect: { number: permit_id, plate: plate }`
    await run(selected, [], { deliver, parameters: { allowEmpty: true } })
    await run(selected, ROWS, { deliver })
    expect(taken.map(({ text }) => text.split('\n')[0])).toEqual(['number,plate', 'number,plate'])
  })

  it('hands the same file over again when the partner hangs up', async () => {
    const { taken, deliver } = partner(2)
    const end = await run(FILE, ROWS, { deliver })
    expect(end).toMatchObject({ state: 'completed' })
    expect(taken).toHaveLength(1)
    expect(end.ledger.ended.map(({ name, tries }) => `${name} ${tries}`)).toEqual(['extract 1', 'deliver 3'])
  })

  it('delivers nothing when nothing was read, unless that is allowed', async () => {
    const { taken, deliver } = partner()
    const end = await run(FILE, [], { deliver })
    expect(end).toMatchObject({ state: 'failed' })
    expect(end.problem).toContain('There is no row to deliver, so no file was delivered.')
    expect(taken).toEqual([])
    expect(await run(FILE, [], { deliver, parameters: { allowEmpty: true } })).toMatchObject({ state: 'completed', rowsLoaded: 0 })
    expect(await run(FILE.replace('checksum: sha256', 'allowEmpty: true'), [], { deliver })).toMatchObject({ state: 'completed' })
    expect(taken.map((file) => file.delivery.options)).toEqual([{ checksum: 'sha256' }, {}])
  })

  it('puts a row aside that its format cannot write, and delivers nothing when they are too many', async () => {
    const { taken, deliver } = partner()
    const fixed = FILE.replace('format: csv', 'format: fixed, columns: [{ field: plate, width: 4 }]')
    const rows = [...Array.from({ length: 99 }, () => ({ plate: 'ok' })), { plate: 'too long' }]
    const end = await run(fixed, rows, { deliver })
    expect(end).toMatchObject({ state: 'partial', rowsLoaded: 99 })
    expect(end.ledger.rejections).toMatchObject([{ task: 'extract', key: 'row 100', reason: expect.stringMatching(/^plate /) }])
    expect(taken[0]?.text.split('\n')).toHaveLength(100)
    expect((await run(fixed, [{ plate: 'ok' }, { plate: 'too long' }], { deliver })).problem).toContain(
      '1 of 2 rows could not be used, more than 1 %',
    )
    expect(taken).toHaveLength(1)
  })

  it('only reads what it would deliver in a dry run', async () => {
    const { taken, deliver } = partner()
    const end = await run(FILE, ROWS, { deliver, parameters: { dryRun: true } })
    expect(end.report).toMatchObject({ moves: 'nothing', counts: { rows: 2 } })
    expect(taken).toEqual([])
  })
})
