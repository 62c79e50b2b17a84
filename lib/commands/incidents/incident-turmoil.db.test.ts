import { afterAll, beforeAll, expect, test } from 'vitest'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import type { FactEntry } from '#lib/domain/incidents/incident.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, link, look, seen } from '#lib/testing/history/state-world.ts'
import { sayOf } from '#lib/testing/incidents/stored-incidents.ts'
import { channelThat, declareRoutes } from '#lib/testing/worlds/told-receiver.ts'
import { followIncidents } from './follow-incidents.ts'

const START = Date.parse('2026-11-10T00:00Z')
const GATHERED_MS = 10 * MINUTE_MS
let database: TestDatabase
let clock: FakeClock
let ctx: Context
let team: ReturnType<typeof channelThat>

/** Each table is a feed of its own, late an hour after it was written. */
beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
  const own = { blindAfterMs: null, policies: [anAge(HOUR_MS, 30 * DAY_MS)] }
  await declare(
    ctx,
    ['flapping', 'older', 'younger', 'night'].map((path) => anAsset(path, { ...own, feed: path })),
  )
  await declareRoutes(ctx, [{ events: ['incidents'] }])
  team = channelThat(ctx)
})
afterAll(() => database.drop())

/** At an instant something is seen, and incidents follow. */
async function follow(instant: number, happens: () => Promise<unknown>): Promise<void> {
  clock.set(instant)
  await happens()
  await followIncidents(ctx)
}

/** The same where deadlines may have passed, and who waits for messages is told. */
async function at(instant: number, happens: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
  clock.set(instant)
  await sweepDue(ctx)
  await follow(instant, happens)
  await team.tell()
}

const written = (path: string, instant: number) => look(ctx, [seen(`lake/${path}`, { writtenAt: instant })])

interface Known {
  id: number
  openedAt: number
  isOpen: boolean
  mergedInto: number | null
  roots: string[]
  entries: FactEntry[]
}

/** The incidents that opened since then in which a table is or was, by their age. */
async function incidentsOf(path: string, since: number): Promise<Known[]> {
  const { rows } = await ctx.whole.query<Known>(
    `select i.id, (extract(epoch from i.opened_at) * 1000)::float8 as "openedAt", i.ended_at is null as "isOpen", i.merged_into_id as "mergedInto", i.entries,
       array(select s.name from jsonb_array_elements(i.roots) r join subject s on 'asset:' || s.id = r ->> 'key' where r ->> 'to' is null order by 1) as roots
     from incident i where withdrawn_at is null and opened_at >= $2 and exists (
       select from incident_member m join subject s on s.id = m.asset_id where m.incident_id = i.id and s.key = $1) order by i.opened_at, i.id`,
    [`lake/${path}`, new Date(since)],
  )
  return rows
}

const toldOf = (path: string) => team.sent.filter((message) => JSON.stringify(message).includes(path)).length
const kindsOf = ({ entries }: Known) => entries.map(({ kind }) => kind)

test('two causes that turn out to be one are one incident, and two again when they part', async () => {
  const begin = START + 3 * DAY_MS
  await at(begin, () => Promise.all([written('older', begin - MINUTE_MS), written('younger', begin)]))
  await at(begin + HOUR_MS + MINUTE_MS)
  await at(begin + HOUR_MS + 2 * MINUTE_MS)
  expect((await incidentsOf('older', begin)).concat(await incidentsOf('younger', begin)).map(({ roots }) => roots)).toEqual([
    ['older'],
    ['younger'],
  ])

  await at(begin + 2 * HOUR_MS, () => link(ctx, ['older → younger']))
  const [one, ended] = await incidentsOf('younger', begin)
  expect(one).toMatchObject({ isOpen: true, roots: ['older'], openedAt: begin + HOUR_MS - MINUTE_MS + 1 })
  expect(ended).toMatchObject({ isOpen: false, mergedInto: one?.id })
  expect(one && kindsOf(one)).toContain('merged')

  await at(begin + 3 * HOUR_MS, () => link(ctx, []))
  await at(clock.now() + GATHERED_MS)
  const parted = (await incidentsOf('younger', begin)).filter(({ isOpen }) => isOpen)
  expect(parted.map(({ roots }) => roots)).toEqual([['older'], ['younger']])
  expect(one && kindsOf(parted[0] ?? one)).toContain('split')
  expect(parted[1]?.entries[0]).toMatchObject({
    kind: 'opened',
    at: begin + 3 * HOUR_MS,
    cameFrom: expect.stringContaining(String(one?.openedAt)),
  })
})

test('late evidence of the night moves its incident, what was written to it stays, and nobody is told twice', async () => {
  const midnight = START + 5 * DAY_MS
  await at(midnight, () => written('night', midnight))
  await at(midnight + 30 * MINUTE_MS)
  const quiet = toldOf('night')
  await at(midnight + HOUR_MS + MINUTE_MS)
  const [before] = await incidentsOf('night', midnight)
  await sayOf(ctx, before?.id ?? 0, 'noted', { text: 'The night shift looks into it.' })
  await at(midnight + 2 * HOUR_MS)
  const told = toldOf('night')
  expect(before?.openedAt).toBe(midnight + HOUR_MS + 1)
  expect(told).toBeGreaterThan(quiet)

  await at(midnight + 3 * HOUR_MS, () => written('night', midnight + 30 * MINUTE_MS))
  await at(clock.now() + GATHERED_MS)
  const [moved, ...others] = await incidentsOf('night', midnight)
  expect(others).toEqual([])
  expect(moved).toMatchObject({ id: before?.id, isOpen: true, openedAt: midnight + 90 * MINUTE_MS + 1 })
  expect(toldOf('night')).toBe(told)
  const { rows } = await ctx.whole.query('select words from incident_said where incident_id = $1', [before?.id])
  expect(rows).toEqual([{ words: { text: 'The night shift looks into it.' } }])
})

test('what flaps twenty times in an hour is one incident with every turn on its timeline, and two messages', async () => {
  const begin = START + 7 * DAY_MS
  await at(begin - 40 * MINUTE_MS, () => written('flapping', clock.now()))
  await at(begin - 20 * MINUTE_MS)
  await at(begin - MINUTE_MS)
  const before = toldOf('flapping')
  for (let n = 0; n < 20; n += 1) {
    await follow(begin + 3 * n * MINUTE_MS, () => written('flapping', begin - 2 * HOUR_MS))
    if (n % 5 === 0) await team.tell()
    await follow(begin + (3 * n + 2) * MINUTE_MS, () => written('flapping', clock.now()))
  }
  await at(clock.now() + 20 * MINUTE_MS)
  await at(clock.now() + GATHERED_MS)
  const [incident, ...others] = await incidentsOf('flapping', begin)
  expect(others).toEqual([])
  expect(incident && kindsOf(incident)).toEqual(['opened', ...Array.from({ length: 19 }, () => 'reopened'), 'resolved'])
  expect(incident).toMatchObject({ isOpen: false, openedAt: begin })
  expect(toldOf('flapping') - before).toBe(2)
})
