import { describe, expect, it } from 'vitest'
import { declaredFlowInWords, declaredParametersOf } from './declared-flow-in-words.ts'

describe('a flow without code in words', () => {
  it('says what is read, which columns, and where it goes', () => {
    const written = {
      feed: 'student_life/parking',
      schedule: '20 4 * * *',
      extract: { from: 'parking_api/permits', format: 'json', records: 'data', paging: { kind: 'page', size: 100 } },
      select: { permit_id: 'id', plate: 'vehicle.plate', zone: 'zone', valid_until: { from: 'expires', type: 'date' } },
      load: { into: 'lake/parking.permits', mode: 'merge', key: ['permit_id', 'zone'], shrinkRatio: 0.2 },
    }
    expect(declaredFlowInWords(written)).toEqual({
      from: 'parking_api/permits',
      reading: ['format json', 'records data', 'paging {"kind":"page","size":100}'],
      columns: ['permit_id ← id', 'plate ← vehicle.plate', 'zone', 'valid_until ← expires (date)'],
      to: 'lake/parking.permits',
      writing: ['merged by permit_id and zone', 'shrinkRatio 0.2'],
    })
  })

  it('of a delivery says where the file goes', () => {
    const deliver = { to: 'library_sftp/inbox/patrons_{date}.csv', format: 'csv', checksum: 'sha256' }
    expect(declaredFlowInWords({ extract: { from: 'campus/library.patrons' }, deliver })).toEqual({
      from: 'campus/library.patrons',
      reading: [],
      columns: null,
      to: 'library_sftp/inbox/patrons_{date}.csv',
      writing: ['delivered as csv', 'checksum sha256'],
    })
  })

  it('that lands files says which, and that each record has its row', () => {
    const land = { into: 'lake/games_raw.prices', copy: 'bucket/shop/landed/', as: 'csv', delimiter: ';', limits: { record: '32MB' } }
    const on = [{ fresh: ['a/b'] }, { file: 'bucket/shop/incoming/', match: '*.csv.gz' }, { file: 'other/in' }]
    const words = declaredFlowInWords({ feed: 'games/prices', on, land })
    expect(words).toEqual({
      from: 'bucket/shop/incoming',
      reading: ['files *.csv.gz', 'and other/in', 'copied to bucket/shop/landed/ first', 'as csv', 'delimiter ;', 'record at most 32MB'],
      columns: [],
      to: 'lake/games_raw.prices',
      writing: ['a row for each record, each file once'],
    })
    // What somebody may not see is not there.
    expect(declaredFlowInWords({ land: { into: 'lake/a.b' } })).toMatchObject({ from: '', reading: [], to: 'lake/a.b' })
  })

  it.each([
    [{ extract: { from: 'a/b' }, load: { into: 'lake/c.d' } }, ['allowEmpty', 'dryRun', 'shrinkRatio']],
    [{ land: { into: 'lake/c.d' } }, ['dryRun']],
    [{ schedule: '0 4 * * *' }, null],
  ])('takes the parameters of its kind: %j', (written, names) => {
    const shape = declaredParametersOf(written)?.shape
    expect(shape === undefined ? null : Object.keys(shape).sort()).toEqual(names)
  })

  it('of an index says under which name it is found, and what tells its documents apart', () => {
    const index = { into: 'search/prices', key: ['shop', 'game'], allowEmpty: true }
    expect(declaredFlowInWords({ extract: { from: 'lake/games.prices' }, index })).toEqual({
      from: 'lake/games.prices',
      reading: [],
      columns: null,
      to: 'search/prices',
      writing: ['built aside, then replaces the index', 'documents told apart by shop and game', 'allowEmpty true'],
    })
    const ofFiles = { extract: { from: 'shop/prices', folder: 'newest' }, index: { into: 'search/prices' } }
    expect(declaredFlowInWords(ofFiles)).toMatchObject({
      reading: ['folder newest'],
      writing: ['built aside, then replaces the index', 'documents told apart by file and line'],
    })
  })

  it.each([
    [{}, 'replaces the table'],
    [{ mode: 'replace' }, 'replaces the table'],
    [{ mode: 'append' }, 'appended'],
    [{ mode: 'merge', key: 'id' }, 'merged by id'],
    [{ mode: 'upsert' }, 'upsert'],
  ])('loads %j as "%s"', (load, words) => {
    expect(declaredFlowInWords({ extract: { from: 'a/b' }, load: { into: 'lake/c.d', ...load } })?.writing).toEqual([words])
  })

  it('keeps long statements short', () => {
    const sql = `select *\n  from a\n  where ${'x = 1 and '.repeat(30)} true`
    const [reading = ''] = declaredFlowInWords({ extract: { from: 'a/b', sql }, load: { into: 'lake/c.d' } })?.reading ?? []
    expect(reading).toMatch(/^sql select \* from a where x = 1/)
    expect(reading.length).toBe('sql '.length + 80)
  })

  it.each([[null], [{}], [{ schedule: '0 1 * * *', parameters: { terms: ['2261'] } }], [{ extract: 'lake' }], ['text'], [7]])(
    'is none: %j',
    (written) => {
      expect(declaredFlowInWords(written)).toBeNull()
    },
  )

  it('of an entry of another version says what it can', () => {
    expect(declaredFlowInWords({ extract: { from: 'a/b' }, select: ['x'], load: 'there' })).toEqual({
      from: 'a/b',
      reading: [],
      columns: null,
      to: '',
      writing: [],
    })
  })
})
