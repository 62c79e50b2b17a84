import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import term from '#jobs/flows/term.ts'
import { type LakeWithCampus, lakeWithCampus } from '#lib/testing/runs/lake-runs.ts'

let lake: LakeWithCampus

beforeAll(async () => {
  lake = await lakeWithCampus()
})
afterAll(() => lake.close())

const sessions: Client[] = []
afterEach(() => Promise.all(sessions.splice(0).map((session) => session.end())))

async function session(): Promise<Client> {
  const client = new Client({ connectionString: lake.url })
  sessions.push(client)
  await client.connect()
  return client
}

const waiting = () => lake.count('pg_stat_activity', "datname = current_database() and wait_event_type = 'Lock'")

const TABLES = ['term_raw.term_data', 'term_xform.current_term_data', 'term_curated.term_data_by_service']

async function everything(): Promise<unknown> {
  const all = await Promise.all(
    TABLES.map((table) => lake.rows(`select to_jsonb(t) - 'last_seen_at' - 'last_seen_run' as row from ${table} t order by t::text`)),
  )
  return all
}

async function activeTerms(): Promise<string> {
  const rows = await lake.rows<{ strm: string }>(
    "select strm from term_curated.term_data_by_service where service = 'active_terms' order by strm",
  )
  return rows.map((row) => row.strm).join(' ')
}

async function emptyLake(): Promise<void> {
  for (const table of TABLES)
    if ((await lake.rows<{ there: string | null }>('select to_regclass($1) as there', [table]))[0]?.there)
      await lake.rows(`delete from ${table}`)
}

beforeEach(async () => {
  lake.control.faults.clear()
  lake.control.restore()
  lake.clock.set('2026-11-20T07:00:00Z')
  await emptyLake()
})

describe('the term flow', () => {
  it('loads every term and chooses the active ones', async () => {
    const end = await lake.run('term', term)
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 36, problem: null })
    expect(await Promise.all(TABLES.map((table) => lake.count(table)))).toEqual([36, 36, 4])
    expect(await activeTerms()).toBe('2263 2265 2267 2273')
  })

  it('writes nothing the second time but when it was last seen', async () => {
    await lake.run('term', term)
    const before = await everything()
    lake.clock.set('2026-11-21T06:00:00Z')
    const end = await lake.run('term', term)
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 0 })
    expect(end.report?.rowsByAsset).toEqual({
      'lake/term_raw.term_data': 0,
      'lake/term_xform.current_term_data': 0,
      'lake/term_curated.term_data_by_service': 0,
    })
    expect(await everything()).toEqual(before)
    expect(await lake.count('term_xform.current_term_data', "last_seen_at <> '2026-11-21T06:00:00Z'")).toBe(0)
  })

  it('keeps the history: a changed term is one more row, the old one stays', async () => {
    await lake.run('term', term)
    lake.control.changeTerm('2265', { DESCR: 'Summer Term 2026' })
    const end = await lake.run('term', term)
    expect(end.rowsLoaded).toBe(3)
    expect(await lake.count('term_raw.term_data', "strm = '2265' and acad_career = 'UGRD'")).toBe(2)
    expect(await lake.rows("select descr from term_xform.current_term_data where strm = '2265' and acad_career = 'UGRD'")).toEqual([
      { descr: 'Summer Term 2026' },
    ])
  })

  it('counts a neighbour by its row, not by its columns being filled', async () => {
    const nothing = {
      TERM_BEGIN_DT: null,
      TERM_END_DT: null,
      OLD_TERM: null,
      ACAD_YEAR: null,
      BU_PAST_TERM_1: null,
      BU_FUTURE_TERM_1: null,
      BU_CUR_FUTURE_TERM: null,
    }
    for (const strm of ['2263', '2265', '2267', '2273']) lake.control.changeTerm(strm, nothing)
    await lake.run('term', term)
    expect(await activeTerms()).toBe('2263 2265 2267 2273')
  })

  it('leaves the active terms alone and warns when no term is current', async () => {
    await lake.run('term', term)
    lake.control.changeTerm('2267', { CURRENT_IND: 'N' })
    const end = await lake.run('term', term)
    expect(end.state).toBe('completed')
    expect(await activeTerms()).toBe('2263 2265 2267 2273')
    expect(end.ledger.entries.filter((entry) => entry.level === 'warn').map((entry) => entry.message)).toEqual([
      'No undergraduate term is marked as current; the active terms stay as they were.',
    ])
  })

  it('takes the latest of several current terms, always, and says so', async () => {
    lake.control.changeTerm('2245', { CURRENT_IND: 'Y' })
    const end = await lake.run('term', term)
    expect(await activeTerms()).toBe('2263 2265 2267 2273')
    expect(end.ledger.entries.some((entry) => entry.message.includes('2267, the latest, was taken, not 2245'))).toBe(true)
  })

  it('stores a description of any length and takes twins of a term', async () => {
    lake.control.changeTerm('2265', { DESCR: `Summer ${'very '.repeat(40)}long 2026` })
    lake.control.changeTerm('2263', { STRM: '2265' })
    const end = await lake.run('term', term)
    expect(end.state).toBe('completed')
    expect(await lake.count('term_xform.current_term_data', "acad_career = 'UGRD' and strm = '2265'")).toBe(2)
    expect(await activeTerms()).toBe('2265 2267 2273')
  })

  it('puts bad rows aside one by one, with the reason, and loads the others', async () => {
    lake.control.faults.set('peoplesoft', 'long-term-code')
    const end = await lake.run('term', term)
    expect(end.state).toBe('partial')
    expect(end.ledger.rejections).toMatchObject([{ key: 'row 1 GRAD/224399', reason: 'STRM is not a term code of four digits' }])
    expect(await lake.count(TABLES[1] ?? '')).toBe(35)
  })

  it('keeps what it has of a term whose row cannot be used, also as an active term, and takes others out', async () => {
    await lake.run('term', term)
    const kept = () => lake.rows("select * from term_xform.current_term_data where strm = '2273' order by acad_career")
    const before = await kept()
    lake.control.changeTerm('2273', { ACAD_YEAR: '2027-28' })
    lake.control.changeTerm('2263', null)
    lake.clock.set('2026-11-21T07:00:00Z')
    expect(await lake.run('term', term)).toMatchObject({ state: 'partial' })
    expect([await kept(), before.length]).toEqual([before, 3])
    expect(await lake.count('term_xform.current_term_data', "strm = '2263'")).toBe(0)
    expect(await activeTerms()).toBe('2257 2265 2267 2273')
  })

  it('takes no term for gone while a row does not say which term it is', async () => {
    await lake.run('term', term)
    const all = await everything()
    lake.control.faults.set('peoplesoft', 'long-term-code')
    expect([(await lake.run('term', term)).state, await everything()]).toEqual(['partial', all])
  })

  it('takes a vanished term out of the current and the active ones, and keeps its history', async () => {
    await lake.run('term', term)
    lake.control.changeTerm('2273', null)
    expect((await lake.run('term', term)).state).toBe('completed')
    expect(await lake.count('term_xform.current_term_data', "strm = '2273'")).toBe(0)
    expect(await activeTerms()).toBe('2263 2265 2267 2275')
    expect(await lake.count('term_raw.term_data', "strm = '2273'")).toBe(3)
  })

  it('two loads at the same time leave one row of history of each term', async () => {
    await lake.run('term', term)
    await emptyLake()
    const holder = await session()
    await holder.query(`begin; lock table ${TABLES[2]} in access exclusive mode`)
    const loads = ['one', 'another'].map((flow) => lake.run(flow, term))
    while ((await waiting()) < 2);
    await holder.query('rollback')
    expect(await Promise.all(loads)).toMatchObject([{ state: 'completed' }, { state: 'completed' }])
    expect(await lake.count('term_raw.term_data')).toBe(36)
  })

  it('neither waits for a reader nor makes one wait', async () => {
    await lake.run('term', term)
    lake.control.changeTerm('2265', { DESCR: 'Changed' })
    const reader = await session()
    await reader.query("begin; set local lock_timeout = '1s'")
    const count = async () =>
      (
        await reader.query(
          'select count(*)::int as n from term_xform.current_term_data, (select 1 from term_raw.term_data limit 1) as history',
        )
      ).rows
    expect(await count()).toEqual([{ n: 36 }])
    // With the reader's transaction open, a truncate and the reader would wait for each other.
    let state = ''
    const loading = lake.run('term', term).then((end) => {
      state = end.state
    })
    while (state === '') expect(await waiting()).toBe(0)
    await loading
    expect(state).toBe('completed')
    expect(await count()).toEqual([{ n: 36 }])
  })
})

const REFUSALS = [
  ['an empty answer', 'empty-answer', 'without a single term'],
  ['an answer of half the size', 'half-the-rows', 'too few to be true'],
  ['a missing row number', 'missing-row-number', 'row 2 has no row number'],
  ['a 200 with an error inside', 'error-in-200', 'Integration Broker error, message 536'],
  ['a wrong count of rows', 'wrong-row-count', 'announces 37 rows and holds 36'],
  ['a 401', 'unauthorized', 'message 536'],
  ['a web page', 'html-page', 'web page'],
  ['a redirect to another host', 'redirect-elsewhere', 'sent us elsewhere'],
  ['a connection cut in the middle', 'cut-body', 'broke the connection in the middle'],
  ['a server that hangs up', 'down', 'broke the connection'],
  ['a server error', 'server-error', 'error of its own'],
  ['a 429', 'too-many-requests', 'come back later'],
] as const

describe('the term flow fails in clear words and the lake keeps its good state after', () => {
  afterEach(() => lake.control.faults.clear())

  it.each(REFUSALS)('%s', async (_what, fault, words) => {
    await lake.run('term', term)
    const before = await everything()
    lake.control.faults.set('peoplesoft', fault)
    const end = await lake.run('term', term)
    expect(end.state).toBe('failed')
    expect(end.problem).toContain(words)
    expect(end.problem).not.toMatch(/pretend-campus|Basic |http:/)
    expect(await everything()).toEqual(before)
  })

  it.each(['too-many-requests', 'server-error', 'down', 'cut-body'] as const)('but a passing %s is only a retry', async (fault) => {
    lake.control.faults.set('peoplesoft', fault, { times: 2 })
    expect((await lake.run('term', term)).state).toBe('completed')
  })

  it.each(['unauthorized', 'error-in-200', 'html-page'] as const)(
    'and does not try again after %s, which no retry can mend',
    async (fault) => {
      const asked = lake.control.requests('peoplesoft')
      lake.control.faults.set('peoplesoft', fault)
      await lake.run('term', term)
      expect(lake.control.requests('peoplesoft') - asked).toBe(1)
    },
  )
})
