import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { asActor, type Context } from '#lib/db/context.ts'
import { person, visitor } from '#lib/domain/access/actor.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { act, auditRefusal, isDone, type Order } from './act.ts'

const clock = new FakeClock('2026-11-20T12:00:00Z')
const ADA = person({ id: 'ada', name: 'Ada', role: 'engineer', audience: null })
const RUN: Order = { action: 'run.request', target: { kind: 'flow', key: 'course' }, reason: 'The source is back.' }
let database: TestDatabase
let ctx: Context

beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context(clock, ADA)
  await ctx.whole.query(`insert into subject (id, kind, key, name, created_at) values (1, 'group', 'records', 'Records', now())`)
  await ctx.whole.query(`insert into audience_group (audience, group_id) values ('records', 1)`)
})
afterAll(() => database.drop())

let from = '0'
beforeEach(async () => {
  const { rows } = await ctx.whole.query<{ id: string }>('select coalesce(max(id), 0)::text as id from audit')
  from = rows[0]?.id ?? '0'
})

async function audit() {
  const { rows } = await ctx.whole.query(
    'select actor_kind, actor, role, origin, action, target, reason, before, after, refusal from audit where id > $1 order by id',
    [from],
  )
  return rows
}

const settings = async () => (await ctx.whole.query("select value from setting where key = 'tried'")).rows

describe('an order', () => {
  it('is done in one transaction with its entry: who, what, about what, why, how it was and is', async () => {
    const result = await act(ctx, RUN, async () => ({ result: 7, before: { runs: 0 }, after: { runs: 1 } }))
    expect(result).toBe(7)
    expect(await audit()).toEqual([
      {
        actor_kind: 'person',
        actor: 'Ada',
        role: 'engineer',
        origin: 'page',
        action: 'run.request',
        target: 'flow:course',
        reason: 'The source is back.',
        before: { runs: 0 },
        after: { runs: 1 },
        refusal: null,
      },
    ])
  })

  it('that cannot be done leaves nothing but one entry that says why, however often it is told', async () => {
    const error = new TidemarkError('conflict', { publicMessage: 'One goes on already.' })
    const order = act(ctx, RUN, async (sql) => {
      await sql.query("insert into setting (key, value) values ('tried', '1')")
      throw error
    })
    await expect(order).rejects.toBe(error)
    await auditRefusal(ctx, RUN, error)
    expect(await settings()).toEqual([])
    expect(await audit()).toMatchObject([{ actor: 'Ada', after: null, refusal: 'One goes on already.' }])
  })

  it('is known to be done by the context that gave it, so that what fails afterwards is not called a refusal; one that was refused is not', async () => {
    const [one, other] = [asActor(ctx, ADA), asActor(ctx, ADA)]
    await act(one, RUN, async () => ({ result: null }))
    await act(other, RUN, () => Promise.reject(new Error('no'))).catch(() => {})
    expect([isDone(one), isDone(other)]).toEqual([true, false])
  })

  it('that fails by surprise keeps its reason to itself', async () => {
    await expect(act(ctx, RUN, () => Promise.reject(new Error('password "hush" is wrong')))).rejects.toThrow('hush')
    const [entry] = await audit()
    expect(entry.refusal).not.toBeNull()
    expect(entry.refusal).not.toContain('hush')
  })

  it.each([
    [visitor(), 'Sign in to do this.'],
    [{ ...ADA, role: 'viewer' as const }, 'This takes the role engineer; yours is viewer.'],
  ])('of somebody whose role does not go so far is refused before anything is tried: %o', async (actor, words) => {
    const order = act(asActor(ctx, actor), RUN, () => Promise.reject(new Error('was tried')))
    await expect(order).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
    expect(await audit()).toMatchObject([{ actor: actor.name, refusal: expect.stringContaining(words) }])
  })

  it('about what somebody does not see is about nothing', async () => {
    const actor = { ...ADA, audience: 'records' }
    const order = (target: Order['target']) => act(asActor(ctx, actor), { ...RUN, target }, async () => ({ result: 'done' }))
    for (const kind of ['feed', 'asset', 'flow', 'run', 'order', 'connection', 'window', 'series', 'group'] as const)
      await expect(order({ kind, key: 'nothing' })).rejects.toMatchObject({
        code: 'not-found',
        publicMessage: `There is no such ${kind} here.`,
      })
    await expect(order(null)).rejects.toMatchObject({ code: 'not-found' })
    expect(await order({ kind: 'group', key: 'records' })).toBe('done')
    expect((await audit()).map(({ refusal }) => refusal === null)).toEqual([...Array.from({ length: 10 }, () => false), true])
  })
})

describe('an order that affects more than its actor sees', () => {
  it('is about nothing: a window of everything is seen by all, and ended only by who sees everything', async () => {
    const { rows } = await ctx.whole.query<{ id: number }>(
      "insert into maintenance_window (kind, from_at) values ('maintenance', now()) returning id",
    )
    const order: Order = { action: 'window.close', target: { kind: 'window', key: String(rows[0]?.id) } }
    const actor = asActor(ctx, { ...ADA, audience: 'records' })
    await expect(act(actor, order, async () => ({ result: 'done' }))).rejects.toMatchObject({ code: 'not-found' })
    expect(await act(ctx, order, async () => ({ result: 'done' }))).toBe('done')
  })
})

describe('an entry that cannot be written', () => {
  const withoutAudit = async (order: () => Promise<void>) => {
    await ctx.whole.query('alter table audit rename to audit_away')
    try {
      await order()
    } finally {
      await ctx.whole.query('alter table audit_away rename to audit')
    }
  }

  it('of something done undoes it', async () => {
    await withoutAudit(async () => {
      const order = act(ctx, RUN, async (sql) => {
        await sql.query("insert into setting (key, value) values ('tried', '1')")
        return { result: null }
      })
      await expect(order).rejects.toThrow('audit')
    })
    expect(await settings()).toEqual([])
  })

  it('of a refusal leaves the reason as it is', async () => {
    const error = new TidemarkError('conflict', { publicMessage: 'One goes on already.' })
    await withoutAudit(() => expect(act(ctx, RUN, () => Promise.reject(error))).rejects.toBe(error))
  })
})

describe('the audit', () => {
  it.each(["update audit set actor = 'Eve'", 'delete from audit', 'truncate audit'])('stays as it was written: %s', async (statement) => {
    await act(ctx, RUN, async () => ({ result: null }))
    await expect(ctx.whole.query(statement)).rejects.toThrow('The audit is only ever added to')
    expect(await audit()).toHaveLength(1)
  })

  it('keeps what somebody sent in bounds, and what no table can hold out of it', async () => {
    const key = `\u0000${'x'.repeat(5000)}`
    await act(ctx, { action: 'run.request', target: { kind: 'flow', key }, reason: 'a\u0000b\ud800' }, async () => ({ result: null }))
    const [entry] = await audit()
    expect(entry.target.length).toBeLessThanOrEqual(500)
    expect(entry.reason).toMatch(/^a.?b.$/)
  })
})
