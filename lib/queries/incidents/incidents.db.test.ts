import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asActor, type Context } from '#lib/db/context.ts'
import { type Actor, person, visitor } from '#lib/domain/access/actor.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { incidentDetailSchema, incidentSchema } from '#lib/queries/api/incident-answers.ts'
import { getApiPage, getListMark } from '#lib/queries/api/list.ts'
import { INCIDENT_LIST, toIncidentInFull } from '#lib/queries/api/list-incidents.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { fillTwoGroups } from '#lib/testing/database/two-groups.ts'
import { getIncident } from './incident.ts'
import { getIncidents } from './incidents.ts'
import { getIncidentsOfConnections } from './incidents-of-connections.ts'
import { getIncidentsOfRun } from './incidents-of-run.ts'
import { getIncidentsOfCauses } from './who-is-on.ts'

const NOW = Date.parse('2026-11-20T12:00Z')
const [OWN, OTHER] = [4, 14]
const RUN = '00000000-0000-0000-0000-0000000000aa'
let database: TestDatabase
let ctx: Context
let records: Context

const at = (ms: Instant) => `'${new Date(ms).toISOString()}'`
const hoursAgo = (hours: number) => NOW - hours * HOUR_MS

interface Told {
  id: number
  openedAt: Instant
  endedAt?: Instant
  members?: number[]
  more?: string
}

/** SQL: an incident of SAP with its whole life. */
function incident({ id, openedAt, endedAt, members = [OWN], more = '' }: Told): string {
  const end = endedAt ?? null
  const roots = [{ key: 'connection:records-source', since: openedAt - MINUTE_MS, from: openedAt, to: end }]
  const entries = [
    { at: openedAt, kind: 'opened', roots: ['connection:records-source'], assetIds: members, cameFrom: null },
    ...(end === null ? [] : [{ at: end, kind: 'resolved' }]),
  ]
  const ended = end === null ? 'null, null' : `${at(end)}, 'resolved'`
  return `
    insert into incident (id, key, opened_at, opened_by, ended_at, end_how, status, roots, statuses, entries, causes, related)
      values (${id}, 'connection:records-source@${openedAt}', ${at(openedAt)}, 'connection:records-source', ${ended}, ${end === null ? "'late'" : 'null'},
        '${JSON.stringify(roots)}', '[{"status": "stale", "from": 1, "to": 2}]', '${JSON.stringify(entries)}', '{connection:records-source}', '{}');
    insert into incident_member select ${id}, m, ${at(openedAt)}, ${end === null ? 'null' : at(end)} from unnest('{${members.join()}}'::int[]) m; ${more}`
}

const said = (id: number, hours: number, kind: string, words: object) =>
  `insert into incident_said (incident_id, at, kind, said_by, actor_kind, words) values (${id}, ${at(hoursAgo(hours))}, '${kind}', 'Ada', 'person', '${JSON.stringify(words)}');`

beforeAll(async () => {
  ;({ database, ctx } = await createDatabaseAt(NOW))
  await fillTwoGroups(ctx, 'other')
  records = asActor(ctx, visitor('records'))
  await ctx.whole.query(`
    delete from incident_event; delete from incident_member; alter table incident_said disable trigger user; delete from incident_said;
    alter table incident_said enable trigger user; delete from incident;
    insert into run (id, flow, trigger, scheduled_for, created_at, state, requested_by) values ('${RUN}', 'records-flow', 'manual', ${at(hoursAgo(3))}, ${at(hoursAgo(3))}, 'completed', 'Bob');
    update reload_order set created_at = ${at(hoursAgo(2))}; update found_asset set found_at = '2026-01-01', changed_at = ${at(hoursAgo(4))};
    update connection_state set secrets = '[{"name": "SAP_PASSWORD", "setIn": "env", "changedAt": ${hoursAgo(5)}}]' where key = 'records-source';
    update catalogue_version set accepted_at = ${at(hoursAgo(30))};
    insert into incident (id, key, opened_at, opened_by, roots, statuses, entries, causes, related, merged_into_id, withdrawn_at)
      values (30, 'asset:4@1', ${at(hoursAgo(2))}, 'asset:4', '[]', '[]', '[]', '{}', '{}', null, now());
    insert into incident_member values (30, ${OWN}, ${at(hoursAgo(2))}, null);
    ${said(30, 1.9, 'acknowledged', {})}
    ${incident({ id: 31, openedAt: hoursAgo(1), members: [OWN, OTHER], more: said(31, 0.5, 'updated', { text: 'We look into it.' }) })}
    update incident set merged_into_id = 31 where id = 30;
    ${said(31, 0.4, 'noted', { text: 'It is the disk again.' })} ${said(31, 0.3, 'linked', { to: { kind: 'run', id: RUN } })} ${said(31, 0.2, 'assigned', { to: 'Ada' })}
    ${incident({ id: 32, openedAt: hoursAgo(26), endedAt: hoursAgo(25) })}
    ${incident({ id: 33, openedAt: NOW - 20 * DAY_MS, endedAt: hoursAgo(30), members: [OTHER] })}
    ${incident({ id: 34, openedAt: NOW - 200 * DAY_MS, endedAt: NOW - 199 * DAY_MS })}`)
})
afterAll(() => database.drop())

const asWhom = (who: Pick<Actor, 'role'>) => asActor(ctx, person({ id: 'p', name: 'P', audience: null, ...who }))

describe('the list', () => {
  test('tells what is open, with what it holds and who is on it, and each day with what ended of it, also with nothing', async () => {
    const { open, days, newer, older } = await getIncidents(ctx, { feed: null, before: null }, 'UTC')
    expect(open).toEqual([
      {
        id: 31,
        openedAt: hoursAgo(1),
        endedAt: null,
        endHow: null,
        mergedInto: null,
        wellSince: null,
        withdrawnAt: null,
        status: 'late',
        worst: 'stale',
        roots: [
          {
            cause: 'connection:records-source',
            kind: 'connection',
            key: 'records-source',
            name: 'records-source',
            feed: null,
            ...{ since: hoursAgo(1) - MINUTE_MS, to: null, isBroken: false },
          },
        ],
        feeds: ['other', 'records'].map((name) => ({ key: `${name}-feed`, name, group: { key: name, name }, owner: name, assets: 1 })),
        assets: 2,
        concerned: [],
        handling: { acknowledged: { at: hoursAgo(1.9), by: 'Ada' }, assignee: 'Ada', snoozedUntil: null },
        update: { at: hoursAgo(0.5), by: 'Ada', text: 'We look into it.' },
      },
    ])
    expect(days.map(({ day, incidents }) => [day, ...incidents.map(({ id }) => id)]).slice(0, 3)).toEqual([
      ['2026-11-20'],
      ['2026-11-19', 32],
      ['2026-11-18'],
    ])
    expect([days.length, days.at(-1)?.day, newer, older]).toEqual([14, '2026-11-07', null, '2026-11-07'])
  })

  test('goes back by stretches to the first of ninety days, and forth again', async () => {
    const back = await getIncidents(ctx, { feed: null, before: '2026-11-07' }, 'UTC')
    expect(back.days.flatMap(({ day, incidents }) => incidents.map(({ id }) => [day, id]))).toEqual([['2026-10-31', 33]])
    expect([back.days[0]?.day, back.newer, back.older]).toEqual(['2026-11-06', '2026-11-21', '2026-10-24'])
    const first = await getIncidents(ctx, { feed: null, before: '2026-08-28' }, 'UTC')
    expect([first.days.map(({ day }) => day), first.older]).toEqual([
      ['2026-08-27', '2026-08-26', '2026-08-25', '2026-08-24', '2026-08-23'],
      null,
    ])
    for (const before of ['2026-08-01', '2027-01-01'])
      expect((await getIncidents(ctx, { feed: null, before }, 'UTC')).days[0]?.day).toBe('2026-11-20')
  })

  test('of a feed holds what held something of it', async () => {
    const idsOf = async (feed: string) => {
      const { open, days } = await getIncidents(ctx, { feed, before: null }, 'UTC')
      return [...open, ...days.flatMap(({ incidents }) => incidents)].map(({ id }) => id)
    }
    expect([await idsOf('records-feed'), await idsOf('other-feed'), await idsOf('no-feed')]).toEqual([[31, 32], [31], []])
  })

  test('of connections holds what each was a cause of, what is open first, as far as the bars reach', async () => {
    const idsOf = async (who: Context) =>
      [...(await getIncidentsOfConnections(who))].map(([key, lines]) => [key, ...lines.map(({ id }) => id)])
    expect(await idsOf(ctx)).toEqual([['records-source', 31, 32, 33]])
    expect(await idsOf(records)).toEqual([['records-source', 31, 32]])
  })

  test('tells somebody who sees a part of one no more than that', async () => {
    const { open } = await getIncidents(records, { feed: null, before: null }, 'UTC')
    expect(open).toMatchObject([
      { id: 31, status: null, worst: null, assets: 1, feeds: [{ key: 'records-feed' }], update: { text: 'We look into it.' } },
    ])
  })
})

describe('the API', () => {
  const idsOf = async (question: Parameters<typeof INCIDENT_LIST.read>[1]) => {
    const { items, next } = await getApiPage(ctx, INCIDENT_LIST, question)
    return { ids: items.map((item) => incidentSchema.parse(item).id), next }
  }

  test('tells them in pages, the newest first, of a feed, and what has ended or not', async () => {
    expect(await idsOf({})).toEqual({ ids: [31, 32, 33, 34], next: null })
    const { ids, next } = await idsOf({ limit: 3 })
    expect([ids, await idsOf({ cursor: next ?? '' })]).toEqual([[31, 32, 33], { ids: [34], next: null }])
    expect([(await idsOf({ ended: false })).ids, (await idsOf({ ended: true, feed: 'records-feed' })).ids]).toEqual([[31], [32, 34]])
  })

  test('tells one in full as its description has it', async () => {
    const found = await getIncident(asWhom({ role: 'engineer' }), 31)
    const told = incidentDetailSchema.parse(found === null ? null : toIncidentInFull(found))
    expect(told).toMatchObject({
      acknowledgedBy: 'Ada',
      assignee: 'Ada',
      causes: [{ key: 'records-source' }],
      update: { text: 'We look into it.' },
    })
    expect(told.timeline).toMatchObject([
      { kind: 'acknowledged', by: 'Ada' },
      { kind: 'opened', assets: ['lake/records', 'lake/other'], causes: [{ kind: 'connection' }] },
      { kind: 'updated', text: 'We look into it.' },
      { kind: 'noted', text: 'It is the disk again.' },
      { kind: 'linked', run: RUN },
      { kind: 'assigned', assignee: 'Ada' },
    ])
  })

  test('has another mark when anything of it has changed', async () => {
    const mark = () => getListMark(ctx, INCIDENT_LIST, {})
    const before = await mark()
    expect(await mark()).toBe(before)
    await ctx.whole.query(said(33, 0.1, 'noted', { text: 'x' }))
    const after = await mark()
    await ctx.whole.query(`update incident set status = 'stale' where id = 31`)
    expect(new Set([before, after, await mark()]).size).toBe(3)
  })
})

describe('one incident', () => {
  test('tells the facts and what people say in order of time, whom it holds, what was linked and what changed before', async () => {
    const found = await getIncident(asWhom({ role: 'engineer' }), 31)
    expect(found?.timeline.map(({ kind }) => kind)).toEqual(['acknowledged', 'opened', 'updated', 'noted', 'linked', 'assigned'])
    expect(found?.members.map(({ key, status, to }) => [key, status, to])).toEqual([
      ['lake/records', null, null],
      ['lake/other', null, null],
    ])
    expect(found?.linked).toEqual([{ kind: 'run', id: RUN, name: 'records-flow', state: 'completed', at: hoursAgo(3) }])
    expect(found?.before.map(({ kind, name, by }) => [kind, name, by])).toEqual([
      ['order', 'other', 'other'],
      ['order', 'records', 'records'],
      ['run', 'records-flow', 'Bob'],
      ['columns', 'other', null],
      ['columns', 'records', null],
      ['credential', 'SAP_PASSWORD of records-source', null],
    ])
    expect(found?.causes.get('connection:records-source')?.name).toBe('records-source')
  })

  test('keeps notes from those who only read', async () => {
    const kinds = (await getIncident(asWhom({ role: 'viewer' }), 31))?.timeline.map(({ kind }) => kind)
    expect(kinds).toEqual(['acknowledged', 'opened', 'updated', 'linked', 'assigned'])
  })

  test('tells somebody who sees a part of it when that came and went', async () => {
    const found = await getIncident(records, 31)
    expect(found?.timeline.map(({ kind }) => kind)).toEqual(['acknowledged', 'opened', 'updated', 'assigned'])
    expect(JSON.stringify([found, [...(found?.causes ?? [])]])).not.toContain('other')
    expect(await getIncident(records, 33)).toBeNull()
  })

  test('is found by its id alone', async () => {
    expect(await getIncident(ctx, 99)).toBeNull()
    expect(await getIncident(ctx, 30)).toMatchObject({ mergedInto: 31, withdrawnAt: expect.any(Number) })
  })
})

test('a cause is followed by the incident that stands on it now, with who is on it', async () => {
  const found = await getIncidentsOfCauses(ctx, ['connection:records-source', 'connection:other-source'])
  expect([...found]).toEqual([['connection:records-source', { id: 31, acknowledged: { at: hoursAgo(1.9), by: 'Ada' }, assignee: 'Ada' }]])
  expect((await getIncidentsOfCauses(asActor(ctx, visitor('other')), ['connection:records-source'])).size).toBe(0)
})

test('a run belongs to the incidents it was linked to, and, where it failed, to those that its flow was a cause of then', async () => {
  const cause = 'connection:records-source'
  const idsOf = async (id: string, state: 'failed' | 'completed', hours: number) =>
    (await getIncidentsOfRun(ctx, { id, cause, state, scheduledFor: hoursAgo(hours) })).map((incident) => incident.id)
  expect(await idsOf(RUN, 'completed', 3)).toEqual([31])
  expect(await idsOf('another', 'completed', 3)).toEqual([])
  expect(await idsOf('another', 'failed', 26.5)).toEqual([32])
  expect(await idsOf('another', 'failed', 3)).toEqual([31])
})
