import { describe, expect, it } from 'vitest'
import { parseJson } from '#lib/domain/values/json.ts'
import { uuidOf } from '#lib/records/landed/row-uuid.ts'
import { fileId, landingLines, landingRows } from './landing-row.ts'
import { LANDING_COLUMNS, markedTable } from './landing-table.ts'

const FILE = { source: 'shop', bucket: 'uploads', key: 'incoming/prices.jsonl', version: '3sL4kqtJ' }
const STAMP = {
  modifiedAt: Date.parse('2026-11-30T06:00:00Z'),
  loadedAt: Date.parse('2026-11-30T06:05:00Z'),
  runId: '00000000-0000-4000-8000-000000000001',
}
const uuid = (line: number) => uuidOf(FILE.bucket, FILE.key, FILE.version, line)

describe('the line of a record', () => {
  it('has a value for each column, in their order', () => {
    const values = landingLines(FILE, STAMP)({ line: 7, document: '{"a":1}' }).slice(0, -1).split('\t')
    expect(Object.fromEntries(LANDING_COLUMNS.map((column, at) => [column, values[at]]))).toEqual({
      uuid: uuid(7),
      upload_date: '2026-11-30T06:00:00.000Z',
      source: 'shop',
      bucket: 'uploads',
      key: 'incoming/prices.jsonl',
      version: '3sL4kqtJ',
      line: '7',
      document: '{"a":1}',
      loaded_at: '2026-11-30T06:05:00.000Z',
      run_id: STAMP.runId,
    })
  })

  it.each(['a\tb\\c', 'line\nline\r', '\\N', 'it\'s "so"'])(
    'is one line with as many values, whatever stands in key and document: %j',
    (text) => {
      const line = landingLines({ ...FILE, key: text }, STAMP)({ line: 1, document: JSON.stringify({ text }) })
      expect(line.slice(0, -1)).not.toMatch(/[\n\r]/)
      expect(line.slice(0, -1).split('\t')).toHaveLength(LANDING_COLUMNS.length)
      expect(line.endsWith('\n')).toBe(true)
    },
  )
})

it('the row of a record is the same in each try: nothing in it is of the run', () => {
  const row = landingRows(FILE, STAMP.modifiedAt)(7, parseJson('{"id":12345678901234567890}'))
  expect(JSON.stringify(row)).toBe(
    `{"uuid":"${uuid(7)}","upload_date":"2026-11-30T06:00:00.000Z","source":"shop","bucket":"uploads","key":"incoming/prices.jsonl","version":"3sL4kqtJ","line":7,"document":{"id":12345678901234567890}}`,
  )
})

it('a version of a file has one name, in each of its tables', () => {
  expect(fileId({ ...FILE })).toBe(fileId(FILE))
  for (const other of ['source', 'bucket', 'key', 'version']) expect(fileId({ ...FILE, [other]: 'x' })).not.toBe(fileId(FILE))
  expect(['lake/games_raw.prices', 'landing/prices'].map(markedTable)).toEqual(['games_raw.prices', 'landing/prices'])
})
