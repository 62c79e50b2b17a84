import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { recordUnreachable } from '#lib/commands/probes/record-unreachable.ts'
import type { Context } from '#lib/db/context.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { ApiList, ListQuestion } from '#lib/queries/api/list.ts'
import { CONNECTION_LIST } from '#lib/queries/api/list-connections.ts'
import { RUN_LIST } from '#lib/queries/api/list-runs.ts'
import { anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, look, runIs, seen } from '#lib/testing/history/state-world.ts'
import { insertFlow } from '#lib/testing/runs/flow-rows.ts'
import { listResponse } from './list-response.ts'

const START = Date.parse('2026-11-20T12:00:00Z')
const itemSchema = z.looseObject({ key: z.string().optional(), id: z.string().optional() })
const answerSchema = z.strictObject({ items: z.array(itemSchema), next: z.string().nullable() })
let database: TestDatabase
let clock: FakeClock
let ctx: Context

beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
  await declare(ctx, [anAsset('table1')])
  await insertFlow(ctx, { name: 'term', cron: '0 2 * * *' })
  for (const n of [1, 2]) await runIs(ctx, aRun(n, { state: 'completed', endedAt: START - n * HOUR_MS + MINUTE_MS }))
  await runIs(ctx, aRun(3, { scheduledFor: START }))
  await runIs(ctx, aRun(4, { state: 'scheduled', scheduledFor: START + DAY_MS, startedAt: null }))
})
afterAll(() => database.drop())

const runId = (n: number) => `01980000-0000-7000-8000-00000000000${n}`

function aRun(n: number, settings: Partial<Parameters<typeof runIs>[1]>) {
  const scheduledFor = START - n * HOUR_MS
  return { id: runId(n), flow: 'term', state: 'running' as const, scheduledFor, startedAt: scheduledFor, endedAt: null, ...settings }
}

function ask<Q extends ListQuestion, T>(list: ApiList<Q, T>, query = '', as = ctx): Promise<Response> {
  return listResponse(new Request(`http://localhost/api/v1/${list.name}?${query}`), list, async () => as)
}

async function keysOf<Q extends ListQuestion, T>(list: ApiList<Q, T>, query = '') {
  const { items, next } = answerSchema.parse(await (await ask(list, query)).json())
  return { items, keys: items.map(({ key, id }) => key ?? id), next }
}

describe('runs', () => {
  const idsOf = async (query = '') => (await keysOf(RUN_LIST, query)).keys

  it('come newest first, by flow, state and whether they are over; planned ones where they are asked for', async () => {
    expect(await idsOf()).toEqual([runId(3), runId(1), runId(2)])
    expect(await idsOf('ended=true')).toEqual([runId(1), runId(2)])
    expect(await idsOf('ended=false')).toEqual([runId(3)])
    expect(await idsOf('state=scheduled')).toEqual([runId(4)])
    expect(await idsOf('flow=course')).toEqual([])
  })

  it('are read on from where one was, whatever began meanwhile', async () => {
    const { next } = await keysOf(RUN_LIST, 'limit=1')
    await runIs(ctx, aRun(5, { scheduledFor: START + SECOND_MS, flow: 'term', state: 'completed', endedAt: START + MINUTE_MS }))
    expect(await idsOf(`cursor=${next}`)).toEqual([runId(1), runId(2)])
    expect((await ask(RUN_LIST, `cursor=${next}&ended=true`)).status).toBe(400)
  })

  it('that ended since are told with all that runs, and change the tag of the lines', async () => {
    const tag = async () => (await ask(RUN_LIST, 'format=ndjson')).headers.get('etag')
    const query = `changedSince=${new Date(START + HOUR_MS).toISOString()}`
    const [before, running] = [await tag(), await idsOf(query)]
    await runIs(ctx, aRun(3, { state: 'failed', endedAt: START + HOUR_MS }))
    expect([running, await idsOf(query)]).toEqual([[runId(3)], [runId(3)]])
    expect(await tag()).not.toBe(before)
    expect(await idsOf(`changedSince=${new Date(START + 2 * HOUR_MS).toISOString()}`)).toEqual([])
  })
})

describe('connections', () => {
  it('are told since an instant when they failed or left, and not for a look that went well as before', async () => {
    const query = () => `changedSince=${new Date(clock.now()).toISOString()}`
    await declare(ctx, [anAsset('table1'), anAsset('ledger', { connection: 'sap' })])
    const first = await keysOf(CONNECTION_LIST, 'limit=1')
    expect([first.keys, (await keysOf(CONNECTION_LIST, `cursor=${first.next}`)).keys]).toEqual([['lake'], ['sap']])
    clock.set(clock.now() + MINUTE_MS)
    const since = query()
    await look(ctx, [seen('lake/table1', { writtenAt: START })])
    expect((await keysOf(CONNECTION_LIST, since)).keys).toEqual([])
    await recordUnreachable(ctx, 'sap', clock.now(), 'It does not answer.')
    expect((await keysOf(CONNECTION_LIST, since)).keys).toEqual(['sap'])
    clock.set(clock.now() + MINUTE_MS)
    const left = query()
    await declare(ctx, [anAsset('table0')])
    expect((await keysOf(CONNECTION_LIST, left)).items).toMatchObject([
      { key: 'lake', kind: 'postgres' },
      { key: 'sap', removedAt: expect.any(String) },
    ])
  })

  it('are told to nobody whom nobody knows', async () => {
    const answer = await ask(CONNECTION_LIST, '', { ...ctx, actor: visitor() })
    expect(await answer.json()).toEqual({ items: [], next: null })
  })
})
