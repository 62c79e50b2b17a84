import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { type InboxFile, NO_EARLIER_FILES } from '#lib/domain/files/inbox-file.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { FlowInbox } from '#lib/engine/inbox/flow-inbox.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { fileFlow } from '#lib/testing/runs/file-flow.ts'
import { runInbox } from './run-inbox.ts'

const RUN = '00000000-0000-4000-8000-000000000001'

let database: TestDatabase
let clock: FakeClock
let ctx: Context
let inbox: FlowInbox

beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt('2026-11-30T12:00:00Z'))
  await fileFlow(ctx, 'prices')
  await ctx.pool.query(
    `insert into run (id, flow, scheduled_for, state, trigger, parameters, fence, started_at, created_at)
     values ($1, 'prices', $2, 'running', 'manual', '{}', 7, $2, $2)`,
    [RUN, new Date(clock.now())],
  )
  inbox = runInbox(ctx, { flow: 'prices', runId: RUN, fence: 7 })
})
afterAll(() => database.drop())
beforeEach(() => ctx.pool.query('delete from inbox_file'))

interface Row {
  sequencer?: string
  isListed?: boolean
  tries?: number
  state?: string
  reason?: string
}

async function insert(version: string, { sequencer, isListed = false, tries = 0, state = 'arrived', reason }: Row = {}): Promise<void> {
  const now = new Date(clock.now())
  await ctx.pool.query(
    `insert into inbox_file (flow_key, source, bucket, key, key_hash, version, sequencer, state, tries, reason, arrived_at, due_at, seen_at, run_id, fence)
     values ('prices', 'bucket', 'shop', 'a', 'hash', $1, $2, $3, $4, $5, $6, $6, $7, $8, 6)`,
    [version, sequencer ?? null, state, tries, reason ?? null, now, isListed ? now : null, state === 'taken' ? RUN : null],
  )
}

async function settled(end: { isGone: boolean }): Promise<(string | undefined)[]> {
  const [first] = await inbox.take(1)
  if (first === undefined) throw new Error('nothing waits')
  const state = await inbox.settle(first, { kind: 'not-landed', reason: 'It broke off.', isFinal: false, ...end })
  return [first.file.version ?? '', state]
}

describe('a file that could not be carried over', () => {
  it('is tried again although a later version of it is known: the store may have both', async () => {
    await insert('1', { sequencer: '0A' })
    await insert('2', { sequencer: '0B' })
    expect(await settled({ isGone: false })).toEqual(['1', 'arrived'])
  })

  it.each<[string, Row, string]>([
    ['and nothing tells why, is tried again', {}, 'arrived'],
    ['is gone after its last try', { tries: 4 }, 'gone'],
    ['is gone at once where a listing would tell that it is back', { isListed: true }, 'gone'],
  ])('that its store does not have %s', async (_, row, state) => {
    await insert('1', row)
    expect(await settled({ isGone: true })).toEqual(['1', state])
  })

  it('that its store does not have is gone where something later is known of it', async () => {
    await insert('1', { sequencer: '0A' })
    await insert('2', { sequencer: '0B' })
    expect(await settled({ isGone: true })).toEqual(['1', 'gone'])
  })

  it('and went down with its workers has failed, with the reason it had, whatever is known of its key', async () => {
    await insert('1', { sequencer: '0A', state: 'taken', tries: 5, reason: 'It broke off.' })
    await insert('2', { sequencer: '0B', state: 'taken', tries: 5 })
    clock.set(clock.now() + MINUTE_MS)
    await runInbox(ctx, { flow: 'prices', runId: RUN, fence: 7 }).take(1)
    expect((await ctx.pool.query('select state, reason from inbox_file order by version')).rows).toEqual([
      { state: 'failed', reason: 'It broke off.' },
      { state: 'failed', reason: 'Each worker that carried it over was lost.' },
    ])
  })
})

describe('a file that is given back', () => {
  it('is no longer one of those its run has tried, since the next attempt takes it itself, and at once', async () => {
    await insert('1', { sequencer: '0A' })
    await settled({ isGone: false })
    clock.set(clock.now() + MINUTE_MS)
    await inbox.giveBack(await inbox.take(1))
    await ctx.pool.query('update run set fence = 8')
    const next = runInbox(ctx, { flow: 'prices', runId: RUN, fence: 8 })
    expect(await next.earlier()).toEqual(NO_EARLIER_FILES)
    expect(await next.take(1, 'waiting')).toMatchObject([{ tries: 2 }])
    // An attempt that was thought dead gives back what is no longer its own.
    await inbox.giveBack([{ id: (await ctx.pool.query('select id from inbox_file')).rows[0].id, tries: 2, file: {} as InboxFile }])
    expect((await ctx.pool.query('select state, tries from inbox_file')).rows).toEqual([{ state: 'taken', tries: 2 }])
    await ctx.pool.query('update run set fence = 7')
  })
})

describe('what has become of the files of a run before', () => {
  it('is told of those it tried: what landed, what failed or is tried again with its reason, and what its lost workers took with them', async () => {
    const run = { flow: 'prices', runId: RUN, fence: 7 }
    for (let file = 0; file < 7; file += 1) await insert(`${file}`, { sequencer: `0${file}` })
    const [first, second, third, fourth, given] = await inbox.take(5)
    if (!first || !second || !third || !fourth || !given) throw new Error('nothing waits')
    const counts = { rows: 5, rejected: 1, bytes: 9, encoding: 'utf-8', changedBytes: 2 }
    await inbox.settle(first, { kind: 'landed', counts })
    await inbox.settle(second, { kind: 'not-landed', reason: 'It broke off.', isFinal: false, isGone: false })
    clock.set(clock.now() + 1)
    await inbox.settle(third, { kind: 'not-landed', reason: 'It is no gzip.', isFinal: true, isGone: false })
    await inbox.settle(fourth, { kind: 'not-landed', reason: 'It is not there.', isFinal: false, isGone: true })
    await ctx.pool.query("update inbox_file set reason = 'Of another run.' where id = $1", [given.id])
    await inbox.giveBack([given])
    await ctx.pool.query("update inbox_file set state = 'taken', tries = 5, run_id = $1 where version = '5'", [RUN])
    expect(await inbox.earlier()).toEqual(NO_EARLIER_FILES)
    await ctx.pool.query('update inbox_file set fence = 6')
    expect(await runInbox(ctx, run).earlier()).toEqual({
      ...{ landed: 1, rows: 5, rejected: 1, changedBytes: 2, failed: 2, gone: 1, waiting: [second.id] },
      lastReason: expect.stringMatching(/^a: /),
    })
    await ctx.pool.query("delete from inbox_file where version = '5'")
    expect((await runInbox(ctx, run).earlier()).lastReason).toBe('a: It is no gzip.')
  })
})
