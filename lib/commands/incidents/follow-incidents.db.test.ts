import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordUnreachable } from '#lib/commands/probes/record-unreachable.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import { loadIncidents } from '#lib/db/incidents/incidents.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { tellStory } from '#lib/testing/history/causes-story.ts'
import { declare, look, seen } from '#lib/testing/history/state-world.ts'
import { followIncidents } from './follow-incidents.ts'

const START = Date.parse('2026-11-10T00:00Z')
let database: TestDatabase
let clock: FakeClock
let ctx: Context

/** What is known of all incidents, under no id and no key. */
async function known() {
  const { rows } = await ctx.whole.query<{ opened_by: string; ended_at: Date | null; members: unknown[] }>(
    `select opened_at, opened_by, ended_at, end_how, status, well_since, roots, statuses,
       (select json_agg(json_build_array(m.asset_id, m.from_at, m.to_at) order by m.from_at, m.asset_id) from incident_member m where m.incident_id = i.id) as members
     from incident i where withdrawn_at is null order by opened_at, opened_by`,
  )
  return rows
}

async function events(): Promise<string[]> {
  const { rows } = await ctx.whole.query<{ text: string }>(
    `select i.opened_by || ' ' || e.kind || ' ' || (e.entry ->> 'kind') as text from incident_event e join incident i on i.id = e.incident_id order by e.id`,
  )
  return rows.map(({ text }) => text)
}

async function later(ms: number, happens: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
  clock.set(clock.now() + ms)
  await sweepDue(ctx)
  await happens()
  await followIncidents(ctx)
}

const OPENED_BY = ['asset:6', 'asset:5', 'flow:load', 'flow:build', 'connection:lake', 'asset:5', 'asset:4', 'asset:7']
const NEWS = [
  ...[
    'asset:5 opened opened',
    'flow:load opened opened',
    'flow:build opened opened',
    'asset:5 resolved resolved',
    'flow:load resolved resolved',
  ],
  ...['connection:lake opened opened', 'connection:lake changed joined', 'flow:build changed turned-worse', 'flow:build changed joined'],
  ...[
    'connection:lake changed turned-worse',
    'connection:lake changed root-changed',
    'connection:lake changed left',
    'connection:lake changed root-changed',
  ],
  ...['connection:lake changed left', 'connection:lake changed turned-better', 'flow:build resolved resolved', 'asset:5 opened opened'],
  ...['asset:4 opened opened', 'asset:7 opened opened', 'asset:5 changed turned-worse'],
]

describe('a day in which much goes wrong', () => {
  beforeAll(async () => {
    ;({ database, clock, ctx } = await createDatabaseAt(START))
    await tellStory(ctx, clock, async () => void (await followIncidents(ctx)))
    await later(HOUR_MS)
  })
  afterAll(() => database.drop())

  test('is told as it goes, and what had ended before anybody followed is not', async () => {
    expect((await known()).map(({ opened_by }) => opened_by)).toEqual(OPENED_BY)
    expect(await events()).toEqual(NEWS)
  })

  test('is followed by one worker at a time, and again only when something may have changed', async () => {
    await ctx.whole.query(`insert into incident_due (from_at) values ('2026-11-10')`)
    const both = await Promise.all([followIncidents(ctx), followIncidents(database.context(clock))])
    expect(both.filter((one) => one !== null)).toEqual([{ incidents: 0, news: 0 }])
    expect(await followIncidents(ctx)).toBeNull()
  })

  test('comes to the same when everything is rebuilt, and tells again only what stands', async () => {
    const live = await known()
    await ctx.whole.query(`delete from incident_event; delete from incident; delete from setting where key = 'incidents-followed-through';
      insert into incident_due (from_at) values ('2026-11-10')`)
    await followIncidents(ctx)
    expect(await known()).toEqual(live)
    expect(await events()).toEqual([
      'connection:lake opened opened',
      'asset:5 opened opened',
      'asset:4 opened opened',
      'asset:7 opened opened',
    ])
  })

  test('knows the key of an ended one that late evidence moved, so that none gets it again', async () => {
    const { rows } = await ctx.whole.query<{ key: string }>(
      `update incident set opened_at = opened_at - interval '1 minute' where id = (select min(id) from incident where ended_at is not null) returning key`,
    )
    expect([...(await loadIncidents(ctx.whole, clock.now() + HOUR_MS)).taken]).toEqual(rows.map(({ key }) => key))
    expect(rows.length).toBe(1)
  })
})

describe('a storm', () => {
  const TABLES = 1000
  beforeAll(async () => {
    ;({ database, clock, ctx } = await createDatabaseAt(START))
    const paths = Array.from({ length: TABLES }, (_, n) => `table${n}`)
    await declare(
      ctx,
      paths.map((path) => anAsset(path, { blindAfterMs: null, policies: [anAge(HOUR_MS, 2 * HOUR_MS)] })),
    )
    await look(
      ctx,
      paths.map((path, n) => seen(`lake/${path}`, { writtenAt: START + Math.floor(n / 100) * 6 * SECOND_MS })),
    )
    await followIncidents(ctx)
  })
  afterAll(() => database.drop())

  test('is one incident in the end, though its root is noticed last', async () => {
    await later(30 * MINUTE_MS, () => look(ctx, []))
    clock.set(START + HOUR_MS)
    for (let step = 0; step < 3; step += 1) await later(20 * SECOND_MS)
    const before = await known()
    expect(before.length).toBe(TABLES)
    for (const failure of [1, 2, 3]) await later(failure * SECOND_MS, () => recordUnreachable(ctx, 'lake', clock.now(), 'no answer'))
    const [incident, ...others] = await known()
    expect(others).toEqual([])
    expect(incident).toMatchObject({ opened_by: 'connection:lake', ended_at: null })
    expect(incident?.members).toHaveLength(TABLES)
    const told = Map.groupBy(await events(), (text) => text.replace(/^\S+ /, ''))
    expect([...told].map(([kind, own]) => [kind, own.length])).toEqual([
      ['opened opened', TABLES],
      ['changed root-changed', 1],
      ['resolved merged-into', TABLES - 1],
    ])
    const { rows } = await ctx.whole.query(
      'select count(*)::int as gone from incident where withdrawn_at is not null and merged_into_id is not null',
    )
    expect(rows).toEqual([{ gone: TABLES - 1 }])
  })
})
