import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { edgesInSql } from '#lib/testing/database/edges.ts'
import { fillTwoGroups, rowsSeenAfter } from '#lib/testing/database/two-groups.ts'
import type { Context } from './context.ts'

/** Whatever belongs to the second group bears this mark. */
const MARK = `hidden${randomUUID().slice(0, 8)}`
let database: TestDatabase
let whole: Context

beforeAll(async () => {
  database = await createTestDatabase()
  whole = database.context()
  await fillTwoGroups(whole, MARK)
})
afterAll(() => database.drop())

describe('what is seen', () => {
  const rowsAfter = (change: string, ...queries: string[]) => rowsSeenAfter(whole, change, ...queries)

  it('names no flow that is not: not the one that writes an asset, now or before', async () => {
    const found = await rowsAfter(
      `update asset set flow = '${MARK}-flow' where subject_id = 3;
       insert into subject_version values (3, '2026-01-01', '{"flow": "${MARK}-flow", "policies": []}'), (4, '2026-01-01', '{"flow": "records-flow"}')`,
      'select subject_id as id, flow from asset order by subject_id',
      "select subject_id as id, settings from subject_version where from_at = '2026-01-01' order by 1",
    )
    expect(found).toEqual([
      { id: 3, flow: null },
      { id: 4, flow: 'records-flow' },
      { id: 3, settings: { policies: [] } },
      { id: 4, settings: { flow: 'records-flow' } },
    ])
  })

  it('names no flow that is not: not the one a flow comes after, nor the lines of the catalogue that say so', async () => {
    const found = await rowsAfter(
      `update flow set "after" = '{${MARK}-flow,records-flow}', settings = settings || '{"source": {"yaml": "after: ${MARK}-flow"}}' where name = 'records-flow';
       update catalogue_version set document = '{"flows": {"records-flow": {"extract": "records", "after": ["${MARK}-flow"]}}}'`,
      'select "after", settings from flow',
      'select document from catalogue_version',
    )
    expect(JSON.stringify(found)).not.toContain(MARK)
    expect(found).toMatchObject([{ after: ['records-flow'] }, { document: { flows: { 'records-flow': { extract: 'records' } } } }])
  })

  it.each([
    ['is of another group', `${MARK}-source`, null],
    ['is seen', 'records-source', 'in/a.jsonl'],
    ['holds no assets', 'bucket', 'in/a.jsonl'],
  ])('names a file that landed only to who sees its connection, which %s', async (_, source, file) => {
    const found = await rowsAfter(
      `update asset set flow = 'records-flow' where subject_id = 4; update asset set flow = '${MARK}-flow' where subject_id = 3;
       update landed_shape set file = 'in/a.jsonl', source = '${source}' where asset_id = 4;
       update contract_break set file = 'in/a.jsonl', source = '${source}' where asset_id = 4;
       update asset_shape set landed = '{"file": "in/a.jsonl", "source": "${source}", "shape": {}}' where asset_id = 4`,
      'select file, source from landed_shape where asset_id = 4',
      'select file, source from contract_break where asset_id = 4',
      "select landed ->> 'file' as file, landed ->> 'source' as source from asset_shape where asset_id = 4",
    )
    const seen = { file, source: file === null ? null : source }
    expect(found).toEqual([seen, seen, seen])
  })

  it('tells of a run that waited for a contract only which one it was where that is seen', async () => {
    const words = (key: string) => `Waits for the contract about ${key} to be kept again: the field "pay" is gone (promised by "HR").`
    const change = (key: string) => `update run set waiting_for = '${words(key)}', problem = 'It failed. ${words(key)}'`
    const query = 'select waiting_for as waiting, problem from run'
    const { rows } = await whole.pool.query<{ key: string }>('select key from subject where id = 4')
    const own = rows[0]?.key ?? ''
    expect(await rowsAfter(change(own), query)).toEqual([{ waiting: words(own), problem: `It failed. ${words(own)}` }])
    expect(await rowsAfter(change(`${MARK}-source/pay`), query)).toEqual([
      {
        waiting: 'Waits for a contract about what you may not see.',
        problem: 'It waited too long for a contract about what you may not see.',
      },
    ])
  })

  it.each([
    ['a name that nothing has', 'Finance office', ['Finance office']],
    ['something seen', 'Records', ['Records']],
    ['a group, feed or asset of another group', MARK.toUpperCase(), []],
    ['a feed of another group by its key', `${MARK}-feed`, []],
    ['a flow that is not seen', `${MARK}-flow`, []],
    ['a connection that is not seen', `${MARK}-source`, []],
    ['something seen and something that is not', 'Both', ['Both']],
  ])('names among who promises and reads by a contract %s only where that is seen', async (_, name, seen) => {
    const others = { owner: name, consumers: ['Risk', name, 'Planning and growth'] }
    const terms = {
      onBreak: 'stop',
      versions: [
        { version: '1', ...others },
        { version: '2', owner: null, consumers: [name] },
      ],
    }
    const found = await rowsAfter(
      `update subject set name = 'Both' where id in (3, 13); update asset_contract set terms = '${JSON.stringify(terms)}' where asset_id = 4`,
      "select version.* from asset_contract, jsonb_to_recordset(terms -> 'versions') as version(version text, owner text, consumers text[]) where asset_id = 4",
    )
    expect(found).toEqual([
      { version: '1', owner: seen[0] ?? null, consumers: ['Risk', ...seen, 'Planning and growth'] },
      { version: '2', owner: null, consumers: seen },
    ])
  })

  const sentence = (people: string) => `Stale: its contract is broken: the field "${MARK}" is gone${people}.`
  it.each([
    [' (promised by "HR"; read by "Risk" and "Planning")', ' (promised by "HR"; read by "Risk" and "Planning")'],
    [
      ` (promised by "HR"; read by "Risk", "${MARK}" and "Planning and growth")`,
      ' (promised by "HR"; read by "Risk" and "Planning and growth")',
    ],
    [` (promised by "HR"; read by "Risk" and "${MARK}")`, ' (promised by "HR"; read by "Risk")'],
    [` (promised by "HR"; read by "${MARK}")`, ' (promised by "HR")'],
    [` (promised by "${MARK}"; read by "Risk")`, ' (read by "Risk")'],
    [` (promised by "${MARK}")`, ''],
    [` (read by "A", "${MARK}-flow" and "B")`, ' (read by "A" and "B")'],
    [` (promised by "O'Hara '${MARK}'"; read by "A")`, ' (read by "A")'],
    [` (promised by "${MARK}"; read by "B (read by C), and D")`, ' (read by "B (read by C), and D")'],
    [` (promised by HR (west); read by ${MARK} and Risk)`, ''],
  ])('tells of a break without the people who are not seen:%s', async (written, told) => {
    const words = `the field "${MARK}" is gone`
    const run = (people: string) => `Waits for the contract about lake/records to be kept again: ${words}${people}.`
    const found = await rowsAfter(
      `update subject set name = $$O'Hara "${MARK}"$$ where id = 13; update contract_break set words = $$${words}${written}$$ where asset_id = 4; update status_change set explanation = $$${sentence(written)}$$;
       update asset set verdict = '{"dueAt": 1}' || jsonb_build_object('explanation', $$${sentence(written)}$$) where subject_id = 4;
       update run set waiting_for = $$${run(written)} ${run(written)}$$, problem = $$It failed. ${run(written)}$$ where flow = 'records-flow'`,
      'select words as told from contract_break',
      'select explanation as told from status_change',
      'select verdict as told from asset where subject_id = 4',
      'select waiting_for as told, problem from run',
    )
    const twice = written.startsWith(' (promised by HR') ? run(told) : `${run(told)} ${run(told)}`
    expect(found).toEqual([
      { told: `${words}${told}` },
      { told: sentence(told) },
      { told: { dueAt: 1, explanation: sentence(told) } },
      { told: twice, problem: `It failed. ${run(told)}` },
    ])
  })

  it('tells that an address does not answer, and of what it says that cannot be used nothing that may be about others', async () => {
    const words = `tidemark.yaml, line 3: There is no entity "customer". There is: ${MARK}.`
    const change = (kind: string) =>
      `update contract_address set problem = '${words}', problem_kind = '${kind}' where url = 'https://records/'`
    const query = 'select problem from contract_address'
    expect(await rowsAfter(change('bad'), query)).toEqual([{ problem: 'What is wrong may be about more than you may see.' }])
    expect(await rowsAfter(change('silent'), query)).toEqual([{ problem: words }])
  })

  it.each([
    ['is made from an asset', edgesInSql([14, 4])],
    ['is written by a flow', `update asset set flow = '${MARK}-flow' where subject_id = 4`],
  ])('shows no lines of the catalogue of a feed that %s which is not seen', async (_, change) => {
    const sourced = `update feed set settings = '{"promise": "daily", "source": {"yaml": "from: ${MARK}"}}' where subject_id = 2`
    const own = sourced.replace(MARK, 'records')
    expect(await rowsAfter(own, 'select settings from feed')).toEqual([
      { settings: { promise: 'daily', source: { yaml: 'from: records' } } },
    ])
    expect(await rowsAfter(`${sourced}; ${change}`, 'select settings from feed')).toEqual([{ settings: { promise: 'daily' } }])
  })

  it('names no flow that is not: not the one that a run waits for, or has waited for', async () => {
    const found = await rowsAfter(
      `update run set waiting_for = 'Waits for the run of ${MARK}-flow that comes before it. Waits for the run of records-flow that comes before it.',
         problem = 'It waited 1 h and could not start. It waited for a good run of ${MARK}-flow: the last one failed.', internal_problem = '${MARK}'
       where flow = 'records-flow'`,
      'select waiting_for, problem, internal_problem from run',
    )
    expect(found).toEqual([
      {
        waiting_for:
          'Waits for the run of a system you may not see that comes before it. Waits for the run of records-flow that comes before it.',
        problem: 'It waited 1 h and could not start. It waited for a good run of a system you may not see: the last one failed.',
        internal_problem: null,
      },
    ])
  })

  it('names no feed and no group that it belonged to before', async () => {
    const found = await rowsAfter(
      `insert into subject_version values (4, '2026-01-01', '{"feed": "${MARK}-feed", "policies": []}'), (2, '2026-01-01', '{"group": "${MARK}"}'),
         (2, '2026-01-02', '{"group": "records"}')`,
      "select subject_id as id, settings from subject_version where from_at < '2026-02-01' order by 1, from_at",
    )
    expect(found).toEqual([
      { id: 2, settings: {} },
      { id: 2, settings: { group: 'records' } },
      { id: 4, settings: { policies: [] } },
    ])
  })

  it('names in the schema for editors no flow that is not seen, and of the workers only what troubles them', async () => {
    const flows = `{"records-flow": {"type": "object"}, "${MARK}-flow": {"type": "object"}}`
    const found = await rowsAfter(
      `update catalogue_version set schema = '{"title": "x", "properties": {"flows": {"properties": ${flows}}}}', actor = '${MARK}', read_from = '${MARK}';
       insert into worker_state values ('w', now(), now(), null, '{"runs": ["${MARK}"], "trouble": {"kind": "disk-full"}}')`,
      'select schema, actor, read_from from catalogue_version',
      "select detail from worker_state where id = 'w'",
    )
    expect(found).toEqual([
      {
        schema: { title: 'x', properties: { flows: { properties: { 'records-flow': { type: 'object' } } } } },
        actor: null,
        read_from: null,
      },
      { detail: { trouble: { kind: 'disk-full' } } },
    ])
  })

  it('names no connection that is not: not the one that tells what is made from what', async () => {
    const told = (teller: string) => [3, 4, 'openlineage', `connection:${teller}-source`] as [number, number, string, string]
    const found = await rowsAfter(
      edgesInSql(told(MARK), told('records')),
      'select upstream_id, origin, told_by from lineage_edge order by origin, told_by',
    )
    expect(found).toEqual([
      { upstream_id: 3, origin: 'flow', told_by: 'catalogue' },
      { upstream_id: 3, origin: 'openlineage', told_by: 'connection:records-source' },
      { upstream_id: 3, origin: 'openlineage', told_by: null },
    ])
  })

  it('has neighbours that are not, of which it is said how they stand', async () => {
    const found = await rowsAfter(
      `${edgesInSql([14, 4], [4, 13])};
       insert into status_span (subject_id, status, reason, from_at) values (14, 'stale', 'overdue', '2026-11-01')`,
      'select * from unseen_neighbour order by is_upstream',
    )
    expect(found).toEqual([
      { asset_id: 4, is_upstream: false, status: null, since: null },
      { asset_id: 4, is_upstream: true, status: 'stale', since: new Date('2026-11-01') },
    ])
    expect(await rowsAfter(edgesInSql([14, 13]), 'select * from unseen_neighbour')).toEqual([])
  })

  it('keeps the lines of the catalogue of a flow that comes after flows that are seen', async () => {
    const source = '{"source": {"yaml": "after: records-flow"}}'
    const found = await rowsAfter(
      `update flow set "after" = '{records-flow}', settings = settings || '${source}' where name = 'records-flow'`,
      'select "after", settings from flow',
    )
    expect(found).toMatchObject([{ after: ['records-flow'], settings: JSON.parse(source) }])
  })
})
