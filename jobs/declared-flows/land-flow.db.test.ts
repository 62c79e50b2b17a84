import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { declaredFlowSchema } from '#lib/catalogue/schema/declared-flow.ts'
import { type InboxFile, NO_EARLIER_FILES } from '#lib/domain/files/inbox-file.ts'
import type { FileEnd, FlowInbox } from '#lib/engine/inbox/flow-inbox.ts'
import { MemoryStore } from '#lib/testing/landing/memory-store.ts'
import { type LakeWithCampus, lakeWithCampus, type RunOptions } from '#lib/testing/runs/lake-runs.ts'
import { flowFromDeclaration } from './declared-flow.ts'

let lake: LakeWithCampus
let store: MemoryStore
beforeAll(async () => {
  lake = await lakeWithCampus()
})
afterAll(() => lake?.close())
beforeEach(async () => {
  store = new MemoryStore()
  await lake.rows('drop schema if exists games cascade')
})

const PRICES = 'on: [{ file: shop/uploads }]\nland: { into: lake/games.prices }\nrejectTolerance: 0.3'

async function run(files: readonly InboxFile[], yaml = PRICES, more: RunOptions = {}) {
  const waiting = files.map((file) => ({ id: file.key, tries: 1, file }))
  const ends: Record<string, FileEnd> = {}
  const again: number[] = []
  const inbox: FlowInbox = {
    take: async (most) => waiting.splice(0, most),
    settle: async (file, end) => {
      ends[file.id] = end
      return end.kind === 'landed' ? 'landed' : 'failed'
    },
    giveBack: async () => {},
    landAgain: async (landedBefore) => again.push(landedBefore),
    countWaiting: async () => waiting.length,
    earlier: async () => NO_EARLIER_FILES,
  }
  const flow = flowFromDeclaration({ name: 'prices', written: declaredFlowSchema.parse(parse(yaml)), zone: 'UTC' })
  return { end: await lake.run('prices', flow, { store, inbox, ...more }), ends, waiting, again }
}

describe('a declared flow that lands files', () => {
  it('carries each over by itself: one that cannot be used stops no other', async () => {
    const files = [
      store.put('a.jsonl', '{"n":1}\n{"n":2}\n'),
      store.put('b.jsonl', '<html>Sign in</html>'),
      store.put('c.csv', 'n,name\n1,Go\n2\n3,Chess\n4,Halma\n'),
      store.put('d.json', '[{"n":1},{"n":2}]'),
    ]
    const { end, ends } = await run(files)
    expect(end).toMatchObject({
      state: 'partial',
      rowsLoaded: 7,
      problem:
        '1 of 4 files could not be carried over. The last one, b.jsonl: The file b.jsonl (shop) cannot be used: it is a web page or XML.',
    })
    expect(end.report).toMatchObject({ rowsSeen: 8, counts: { files: 3, rows: 7, 'put aside': 1 } })
    expect(end.ledger.rejections).toMatchObject([
      { key: expect.stringMatching(/^uploads\/c\.csv \(\w{32}\) line 3$/), reason: 'has 1 value, and there are 2 columns' },
    ])
    expect(end.ledger.counted.at(-1)).toMatchObject({ land: { 'rows read': 8 }, files: { landed: 3, failed: 1 } })
    expect(ends['b.jsonl']).toMatchObject({ kind: 'not-landed', isFinal: true })
    expect(ends['c.csv']).toMatchObject({ kind: 'landed', counts: { rows: 3, rejected: 1 } })
    expect(await lake.rows('select key, count(*)::int as rows from games.prices group by key order by key')).toEqual([
      { key: 'a.jsonl', rows: 2 },
      { key: 'c.csv', rows: 3 },
      { key: 'd.json', rows: 2 },
    ])
  })

  it('says what the catalogue says of the files', async () => {
    const land = 'land: { into: lake/games.prices, as: csv, delimiter: ";", encoding: latin1, limits: { record: 1kB } }'
    const files = [store.put('a', Buffer.from('n;name\n1;Zo\xeb\n', 'latin1')), store.put('b', `n;name\n1;${'x'.repeat(2000)}\n`)]
    const { ends } = await run(files, land)
    expect(ends['a']).toMatchObject({ counts: { rows: 1, encoding: 'latin1', changedBytes: 0 } })
    expect(ends['b']).toMatchObject({
      reason: expect.stringContaining('a row in it has more than 1.0 kB; raise "record" under "limits" if that is right'),
    })
    expect(await lake.rows('select document from games.prices')).toEqual([{ document: { n: '1', name: 'Zoë' } }])
  })

  it('fails with the reason when no file could be landed, whatever it is: a table that is another', async () => {
    await lake.rows('create schema games')
    await lake.rows('create table games.prices (id int)')
    const { end, ends } = await run([store.put('a.jsonl', '{}\n')])
    expect(end).toMatchObject({ state: 'failed', problem: expect.stringContaining('games.prices has no column "uuid"') })
    expect(ends).toEqual({})
  })

  it('lets those wait again that landed before their table was made, and says nothing of a table that somebody else made', async () => {
    const first = await run([store.put('a.jsonl', '{}\n')])
    const made =
      "select extract(epoch from landed_at)::float8 * 1000 as at from tidemark.landed_file where landing_table = 'games.prices' and source = ''"
    expect(first.again).toEqual((await lake.rows<{ at: number }>(made)).map(({ at }) => at))
    expect(first.again).toHaveLength(1)
    expect((await run([])).again).toEqual(first.again)
    await lake.rows("delete from tidemark.landed_file where landing_table = 'games.prices' and source = ''")
    expect((await run([])).again).toEqual([])
  })

  it('takes none in a dry run', async () => {
    const { end, waiting } = await run([store.put('a.jsonl', '{}\n')], PRICES, { parameters: { dryRun: true } })
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 0 })
    expect(waiting).toHaveLength(1)
  })
})
