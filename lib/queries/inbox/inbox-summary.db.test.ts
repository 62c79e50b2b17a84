import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import type { FlowTrigger } from '#lib/domain/runs/triggers.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { getApiPage } from '#lib/queries/api/list.ts'
import { FILE_LIST } from '#lib/queries/api/list-files.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { fileFlow } from '#lib/testing/runs/file-flow.ts'
import { getInboxSummary } from './inbox-summary.ts'

const NOW = Date.parse('2026-11-30T12:00:00Z')
let database: TestDatabase
let ctx: Context
beforeAll(async () => {
  ;({ database, ctx } = await createDatabaseAt(NOW))
  await fileFlow(ctx, 'prices')
  await fileFlow(ctx, 'posts')
})
afterAll(() => database.drop())
beforeEach(async () => {
  await ctx.whole.query('truncate inbox_file, file_look, worker_state')
  await ctx.whole.query("insert into worker_state (id, started_at, heartbeat_at, detail) values ('w', $1, $1, '{}')", [new Date(NOW)])
  await looked('queue', '', NOW)
})

function looked(way: string, place: string, okAt: number | null, problem: string | null = null) {
  return ctx.whole.query(
    `insert into file_look (connection_key, way, place, every_ms, due_at, ok_at, problem) values ('bucket', $1, $2, 60000, $3, $4, $5)
     on conflict (connection_key, way, place) do update set ok_at = excluded.ok_at, problem = excluded.problem`,
    [way, place, new Date(NOW), okAt === null ? null : new Date(okAt), problem],
  )
}

let count = 0
async function arrived(agoMs: number, state: string, flow = 'prices') {
  count += 1
  const at = new Date(NOW - agoMs)
  await ctx.whole.query(
    `insert into inbox_file (flow_key, source, bucket, key, key_hash, version, state, arrived_at, due_at) values ($1, 'bucket', 'shop', $2, $2, '1', $3, $4, $4)`,
    [flow, `in/${count}.csv`, state, at],
  )
}

const TOLD: FlowTrigger[] = [{ kind: 'file', source: 'bucket', place: 'shop', match: null, by: 'queue', everyMs: 300_000 }]
const LISTED: FlowTrigger[] = [{ kind: 'file', source: 'bucket', place: 'shop', match: null, by: 'listing', everyMs: 300_000 }]
const summary = (on = TOLD) => getInboxSummary(ctx, 'prices', on)

describe('the inbox of a flow', () => {
  it('tells of the last hour and day how many of the files that arrived stand in their table', async () => {
    for (const [agoMs, state] of [
      [1, 'landed'],
      [HOUR_MS, 'landed'],
      [HOUR_MS - 1, 'failed'],
      [HOUR_MS - 1, 'arrived'],
      [5, 'taken'],
      // Nobody could read it any more: that is no failure.
      [5, 'gone'],
      [HOUR_MS + 1, 'landed'],
      [DAY_MS, 'failed'],
      [DAY_MS + 1, 'landed'],
      [DAY_MS + 1, 'failed'],
    ] as const)
      await arrived(agoMs, state)
    await arrived(5, 'failed', 'posts')
    expect(await summary()).toEqual({
      lastHour: { arrived: 5, landed: 2 },
      lastDay: { arrived: 7, landed: 3 },
      now: { waiting: 1, taken: 1, failed: 3 },
      blind: null,
    })
  })

  it('is none of a flow that no files ask for', async () => {
    expect(await summary([{ kind: 'push' }, { kind: 'message', source: 'bucket' }])).toBeNull()
  })

  it('is unknown while nobody sees the place, or nobody works', async () => {
    await looked('queue', '', NOW - 6 * MINUTE_MS, 'The queue is gone.')
    expect((await summary())?.blind).toEqual({ since: NOW - 6 * MINUTE_MS, where: 'bucket', problem: 'The queue is gone.' })
    // Another way, another place.
    await looked('listing', 'posts', null)
    await looked('listing', 'shop', NOW - MINUTE_MS)
    expect((await summary(LISTED))?.blind).toBeNull()
    await looked('listing', 'shop', null)
    expect((await summary(LISTED))?.blind).toEqual({ since: null, where: 'bucket/shop', problem: null })
    await ctx.whole.query('update worker_state set heartbeat_at = $1', [new Date(NOW - 2 * MINUTE_MS)])
    expect((await summary())?.blind).toEqual({ since: NOW - 2 * MINUTE_MS, where: null, problem: null })
  })
})

describe('files of inboxes', () => {
  it('are listed the latest first, page by page, of one flow or state or since an instant', async () => {
    for (const state of ['landed', 'failed', 'landed', 'arrived']) await arrived(HOUR_MS, state)
    await arrived(1, 'failed', 'posts')
    const keys = async (question: Parameters<typeof FILE_LIST.read>[1]) => {
      const { items, next } = await getApiPage(ctx, FILE_LIST, question)
      return { keys: items.map(({ flow, state }) => `${flow} ${state}`), next }
    }
    expect((await keys({})).keys).toEqual(['posts failed', 'prices arrived', 'prices landed', 'prices failed', 'prices landed'])
    const first = await keys({ flow: 'prices', limit: 3 })
    expect(first.keys).toEqual(['prices arrived', 'prices landed', 'prices failed'])
    expect((await keys({ flow: 'prices', cursor: String(first.next), limit: 3 })).keys).toEqual(['prices landed'])
    expect((await keys({ state: 'failed' })).keys).toEqual(['posts failed', 'prices failed'])
    expect((await keys({ changedSince: new Date(NOW - MINUTE_MS) })).keys).toEqual(['posts failed'])
    const mark = await FILE_LIST.mark?.(ctx, {}, undefined as never)
    await ctx.whole.query("update inbox_file set tries = 2 where flow_key = 'posts'")
    expect(await FILE_LIST.mark?.(ctx, {}, undefined as never)).not.toBe(mark)
  })
})
