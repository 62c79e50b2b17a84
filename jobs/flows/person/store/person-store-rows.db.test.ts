import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SENSITIVE_NAMES, stripSensitive } from '#jobs/flows/person/strip-sensitive.ts'
import { parseJson } from '#lib/domain/values/json.ts'
import { aPerson, type PersonStoreHarness, personStoreHarness } from '#lib/testing/worlds/person-store-harness.ts'

let lake: PersonStoreHarness
const RAW = 'person_raw.person_data'
const CURRENT = 'person_xform.current_person_data'
const CURATED = 'person_curated.person_data_by_service'

beforeAll(async () => {
  lake = await personStoreHarness()
})
afterAll(() => lake.close())
beforeEach(() => lake.clear())

const sent = (buid: string, text: string) => ({ buid, populations: ['student'] as const, text })
const OVERFLOW = `1${'0'.repeat(200_000)}`

describe('one bad row', () => {
  it.each([
    ['a text that is not JSON', '{"personid":', 'what came is not JSON'],
    ['a list', '[]', 'it is not an object'],
    ['no personid', '{"names":[]}', 'it has no personid'],
    ['another personid', '{"personid":"P1"}', 'its personid is not the one that was asked for'],
    ['nesting without end', `{"personid":"BAD","x":${'['.repeat(300)}${']'.repeat(300)}}`, 'nested deeper than 200 levels'],
    ['a number larger than any', `{"personid":"BAD","x":${OVERFLOW}}`, 'the lake refuses it (SQLSTATE 22003)'],
    ['a number with too large an exponent', '{"personid":"BAD","x":1e200000}', 'the lake refuses it (SQLSTATE 22003)'],
  ])('is put aside with its reason, its batch is loaded: %s', async (_what, text, reason) => {
    const good = Array.from({ length: 20 }, (_, index) => aPerson(`P${index}`, { n: index }))
    const { merged, rejections, store, runId } = await lake.load(...good.slice(0, 7), sent('BAD', text), ...good.slice(7))
    expect(merged).toMatchObject({ fresh: 20, refused: 1 })
    expect(rejections).toEqual([{ task: 'person load', key: store.pseudonymOf('BAD'), reason }])
    expect(await lake.count(CURRENT)).toBe(20)
    expect(await lake.count(CURATED, "service = 'full'")).toBe(20)
    expect(await store.postponedOf(runId)).toEqual([{ buid: 'BAD', populations: ['student'] }])
    expect(await lake.rows('select stage, reason from person_raw.postponed_person')).toEqual([{ stage: 'load', reason }])
  })

  it('a NUL and half a character are taken out, and it is no bad row', async () => {
    const { merged } = await lake.load(sent('P1', '{"personid":"P1","x":"a\\u0000b\\ud800"}'))
    expect(merged).toMatchObject({ fresh: 1, refused: 0, cleaned: 1 })
    expect(await lake.rows(`select person_data->>'x' as x from ${CURRENT}`)).toEqual([{ x: 'ab\ufffd' }])
    expect((await lake.load(sent('P1', '{"personid":"P1","x":"a\\u0000b\\ud800"}'))).merged).toMatchObject({ unchanged: 1 })
  })

  it('keeps what the lake has of that person', async () => {
    await lake.load(aPerson('P1', { n: 1 }))
    const { merged } = await lake.load(sent('P1', '{"personid":"P2"}'), aPerson('P2'))
    expect(merged).toMatchObject({ refused: 1, fresh: 1 })
    expect(await lake.rows(`select person_data->'n' as n from ${CURRENT} where bu_uid = 'P1'`)).toEqual([{ n: 1 }])
  })

  it('several of them in one batch are all found', async () => {
    const people = Array.from({ length: 64 }, (_, index) =>
      index % 9 === 0 ? sent(`P${index}`, `{"personid":"P${index}","x":1e200000}`) : aPerson(`P${index}`),
    )
    const { merged } = await lake.load(...people)
    expect(merged).toMatchObject({ fresh: 56, refused: 8 })
    expect(await lake.count(CURRENT)).toBe(56)
  })
})

describe('postponed people', () => {
  it('can be asked for by the run that lost them, until somebody has loaded them', async () => {
    const { store, runId, rejections } = await lake.begin()
    await store.postpone([
      { buid: 'U1', populations: ['student', 'employee'], stage: 'terms', reason: 'The term lookup failed.' },
      { buid: 'U2', populations: ['student'], stage: 'missing', reason: 'Not in the answer.' },
    ])
    expect(rejections).toEqual([
      { task: 'person terms', key: store.pseudonymOf('U1'), reason: 'The term lookup failed.' },
      { task: 'person missing', key: store.pseudonymOf('U2'), reason: 'Not in the answer.' },
    ])
    expect(await store.postponedOf(runId)).toEqual([
      { buid: 'U1', populations: ['employee', 'student'] },
      { buid: 'U2', populations: ['student'] },
    ])
    const replay = await lake.load(aPerson('U1'))
    expect(await replay.store.postponedOf(runId)).toEqual([{ buid: 'U2', populations: ['student'] }])
    expect(await replay.store.postponedOf(replay.runId)).toEqual([])
  })

  it('are noted once, with the last reason, and one line of quarantine each call', async () => {
    const { store, runId } = await lake.begin()
    const failed = { buid: 'U1', populations: ['student'] as const, stage: 'person' as const }
    await store.postpone([{ ...failed, reason: 'first' }])
    await store.postpone([
      { ...failed, reason: 'second' },
      { ...failed, reason: 'third' },
    ])
    await store.postpone([])
    expect(await store.postponedOf(runId)).toHaveLength(1)
    expect(await lake.rows('select reason from person_raw.postponed_person')).toEqual([{ reason: 'third' }])
  })

  it('never show their id outside the lake', async () => {
    const { rejections, words, store } = await lake.load(
      sent('U12345678', '{"personid":"U87654321"}'),
      sent('U12345679', '{"personid":"U12345679","x":1e200000}'),
    )
    expect(rejections).toHaveLength(2)
    expect(JSON.stringify([rejections, words])).not.toMatch(/U\d{8}/)
    expect((await lake.begin()).store.pseudonymOf('U12345678')).toBe(store.pseudonymOf('U12345678'))
  })
})

describe('sensitive fields', () => {
  it('never reach history, current row or any service, wherever they stood', async () => {
    const { merged } = await lake.load(
      aPerson('P1', {
        SSN: 'x',
        personBasic: [{ names: ['Ada'], ssn: 'x', deeper: [[{ SocialSecurityNumber: 'x' }]] }],
        studentInfo: { finAid: [1], finAidReceived: 2, advisor: [{ sexualOrientation: 'x', name: 'Bob' }] },
      }),
    )
    expect(merged).toMatchObject({ fresh: 1, stripped: 1 })
    for (const table of [RAW, CURRENT, CURATED]) {
      expect(await lake.count(table)).toBeGreaterThan(0)
      expect(await lake.count(table, 'person_raw.holds_sensitive_field(person_data)')).toBe(0)
    }
    expect(await lake.rows(`select person_data as d from ${CURRENT}`)).toEqual([
      { d: { personid: 'P1', personBasic: [{ names: ['Ada'], deeper: [[{}]] }], studentInfo: { advisor: [{ name: 'Bob' }] } } },
    ])
  })

  it('do not make a new version when only they change', async () => {
    await lake.load(aPerson('P1', { ssn: 1 }))
    expect((await lake.load(aPerson('P1', { ssn: 2 }))).merged).toMatchObject({ unchanged: 1 })
    expect(await lake.count(RAW)).toBe(1)
  })

  it.each([...SENSITIVE_NAMES])('are refused by the database itself: %s', async (name) => {
    await lake.load(aPerson('P1', { n: 1 }))
    for (const document of [{ [name]: 1 }, { a: { [name.toUpperCase()]: null } }, { a: [1, [{ b: { [name]: {} } }]] }]) {
      const json = JSON.stringify({ personid: 'P1', ...document })
      await expect(lake.rows(`update ${CURRENT} set person_data = $1`, [json])).rejects.toThrow('sensitive field')
      await expect(
        lake.rows(`insert into ${CURRENT} select (jsonb_populate_record(c, $1)).* from ${CURRENT} c`, [
          JSON.stringify({ bu_uid: 'P2', person_data: JSON.parse(json) }),
        ]),
      ).rejects.toThrow('sensitive field')
      await expect(lake.rows(`update ${CURATED} set person_data = $1`, [json])).rejects.toThrow('no_sensitive_field')
      await expect(
        lake.rows(`insert into ${RAW} select bu_uid, $1, dl_insert_date, 99, content_hash, hash_version, run_id from ${RAW}`, [json]),
      ).rejects.toThrow('no_sensitive_field')
      await expect(lake.rows(`insert into ${CURATED} values ('P1', 'someService', $1, now())`, [json])).rejects.toThrow(
        'no_sensitive_field',
      )
    }
  })

  it('are the same ones for the loader and for the database, in any document', async () => {
    const names = ['ssn', 'SSN', 'sSn', 'finAid', 'finaidreceived', 'ssnLast', 'a ssn', 'names', ':', 'ſsn', '\\', 'sexualOrientation ']
    const document = fc.object({
      key: fc.constantFrom(...names),
      values: [fc.constantFrom(...names, '"ssn": 1', '\\"ssn":'), fc.integer()],
      maxDepth: 4,
    })
    const texts = fc.sample(document, { numRuns: 500, seed: 3 }).map((value) => JSON.stringify(value))
    const held = await lake.rows<{ held: boolean }>('select person_raw.holds_sensitive_field(d) as held from unnest($1::jsonb[]) as d', [
      texts,
    ])
    expect(held.map((row) => row.held)).toEqual(texts.map((text) => stripSensitive(parseJson(text)) > 0))
    expect(new Set(held.map((row) => row.held)).size).toBe(2)
  })

  it('are members: texts, lists of texts and longer names pass', async () => {
    const harmless = { note: 'ssn', list: ['ssn', 'finAid'], ssnLast: 1, mission: '"ssn": 1', quoted: '\\"ssn\\": 1', 'a:ssn': 1 }
    const { merged } = await lake.load(aPerson('P1', harmless))
    expect(merged).toMatchObject({ fresh: 1, stripped: 0, refused: 0 })
    expect(await lake.rows(`select person_data->'quoted' as q, person_data->'mission' as m from ${CURRENT}`)).toEqual([
      { q: harmless.quoted, m: harmless.mission },
    ])
  })
})

describe('the grants', () => {
  it('give nobody else anything of the people, and take away what somebody gave to all', async () => {
    await lake.rows('create role p1_reader')
    for (const schema of ['person_raw', 'person_xform', 'person_curated']) {
      await lake.rows(`grant usage on schema ${schema} to public`)
      await lake.rows(`grant select on all tables in schema ${schema} to public`)
    }
    await lake.rows(`delete from tidemark.applied_schema where file = 'person.sql'`)
    await lake.begin()
    try {
      const rights = await lake.rows<{ may: boolean }>(
        `select has_schema_privilege('p1_reader', nspname, 'usage') as may from pg_namespace where nspname like 'person%'
         union all select has_table_privilege('p1_reader', c.oid, 'select') from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname like 'person%' and c.relkind = 'r'
         union all select has_function_privilege('p1_reader', p.oid, 'execute') from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname like 'person%'`,
      )
      expect(rights.length).toBeGreaterThan(8)
      expect(rights.some(({ may }) => may)).toBe(false)
    } finally {
      await lake.rows('drop role p1_reader')
    }
  })
})
