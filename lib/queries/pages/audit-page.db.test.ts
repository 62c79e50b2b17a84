import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { act } from '#lib/access/act.ts'
import { noteAuditExport } from '#lib/commands/people/export-audit.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { putSetting } from '#lib/db/settings.ts'
import { type Actor, atTerminal, person, WORKER } from '#lib/domain/access/actor.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { type AuditFilter, getAuditPage, streamAudit, WHOLE_AUDIT } from './audit-page.ts'

const clock = new FakeClock('2026-11-20T12:00:00Z')
const ADA = person({ id: 'p1', name: 'Ada Lovelace', role: 'engineer', audience: null })
const EVE = person({ id: 'p2', name: 'Eve', role: 'viewer', audience: null })
const ADMIN = person({ id: 'p3', name: 'Grace', role: 'admin', audience: null })
let database: TestDatabase
let ctx: Context

const order = (actor: Actor, flow: string, at: string) => {
  clock.set(Date.parse(at))
  const reason = 'SAP is back'
  return act(asActor(ctx, actor), { action: 'run.request', target: { kind: 'flow', key: flow }, reason }, async () => ({
    result: null,
    before: { runs: 0 },
    after: { runs: 1, password: 'sesame', options: [{ api_key: 'k', 'access-token': 'sesame' }] },
  }))
}

beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context(clock)
  await putSetting(ctx.whole, 'page', { name: 'Campus', zone: 'America/New_York', readyBy: '08:00', url: null, demo: false })
  await order(ADA, 'course', '2026-11-20T04:59:59Z')
  await order(ADA, 'term', '2026-11-20T05:00:00Z')
  await expect(order(EVE, 'course', '2026-11-21T04:59:59Z')).rejects.toThrow()
  await order(atTerminal('root'), 'person', '2026-11-21T05:00:00Z')
  await order(WORKER, 'course', '2026-11-22T05:00:00Z')
})
afterAll(() => database.drop())

const found = async (filter: Partial<AuditFilter>) =>
  (await getAuditPage(ctx, { ...WHOLE_AUDIT, ...filter })).rows.map(({ actor, actorKind, target }) => `${actor ?? actorKind} ${target}`)

describe('the audit', () => {
  it('is read newest first, with all that is known of each order', async () => {
    const { rows, next } = await getAuditPage(ctx, WHOLE_AUDIT)
    expect(rows.map(({ actor }) => actor)).toEqual([null, 'root', 'Eve', 'Ada Lovelace', 'Ada Lovelace'])
    expect(rows[3]).toEqual({
      id: expect.stringMatching(/^\d+$/),
      at: Date.parse('2026-11-20T05:00:00Z'),
      actorKind: 'person',
      actorId: 'p1',
      actor: 'Ada Lovelace',
      role: 'engineer',
      origin: 'page',
      action: 'run.request',
      target: 'flow:term',
      reason: 'SAP is back',
      before: { runs: 0 },
      after: { runs: 1, password: '(hidden)', options: [{ api_key: '(hidden)', 'access-token': '(hidden)' }] },
      refusal: null,
      targetName: null,
    })
    expect(rows[2]?.refusal).toContain('takes the role engineer')
    expect(next).toBeNull()
  })

  it('is filtered by a part of a name, an id or a kind of actor', async () => {
    expect(await found({ who: 'lovel' })).toEqual(['Ada Lovelace flow:term', 'Ada Lovelace flow:course'])
    expect(await found({ who: 'p2' })).toEqual(['Eve flow:course'])
    expect(await found({ who: 'Worker' })).toEqual(['worker flow:course'])
    expect(await found({ who: '%' })).toEqual([])
    expect(await found({ who: "' or true --" })).toEqual([])
  })

  it('is filtered by order, what it is about, and outcome', async () => {
    expect(await found({ action: 'run.request', target: 'TERM' })).toEqual(['Ada Lovelace flow:term'])
    expect(await found({ action: 'run.cancel' })).toEqual([])
    expect(await found({ outcome: 'refused' })).toEqual(['Eve flow:course'])
    expect(await found({ outcome: 'done', target: 'course' })).toEqual(['worker flow:course', 'Ada Lovelace flow:course'])
  })

  it('is filtered by whole days of the page’s zone, both included', async () => {
    expect(await found({ from: '2026-11-20', to: '2026-11-20' })).toEqual(['Eve flow:course', 'Ada Lovelace flow:term'])
    expect(await found({ to: '2026-11-19' })).toEqual(['Ada Lovelace flow:course'])
    expect(await found({ from: '2026-11-22' })).toEqual(['worker flow:course'])
  })

  it('is read page by page without a gap or a repeat, also when entries come meanwhile', async () => {
    const seen: string[] = []
    for (let before: string | null = null; ; ) {
      const page = await getAuditPage(ctx, { ...WHOLE_AUDIT, target: 'course', before }, 1)
      seen.push(...page.rows.map(({ actor, actorKind }) => actor ?? actorKind))
      if (page.next === null) break
      before = page.next
      await act(ctx, { action: 'run.cancel', target: { kind: 'flow', key: 'courses-meanwhile' } }, async () => ({ result: null }))
    }
    expect(seen).toEqual(['worker', 'Eve', 'Ada Lovelace'])
  })

  it('is in the order of its numbers, also where they have more digits', async () => {
    const flow = (n: number) => ({ kind: 'flow', key: `many-${n}` }) as const
    for (let n = 0; n < 12; n += 1) await act(ctx, { action: 'run.cancel', target: flow(n) }, async () => ({ result: null }))
    const { rows } = await getAuditPage(ctx, { ...WHOLE_AUDIT, target: 'many-' })
    expect(rows.map(({ target }) => target)).toEqual(Array.from({ length: 12 }, (_, n) => `flow:many-${11 - n}`))
  })

  it('names the person it is about, as they are called now', async () => {
    const { id } = await addPerson(ctx, 'bob')
    await act(ctx, { action: 'person.end', target: { kind: 'person', key: id } }, async () => ({ result: null }))
    expect((await getAuditPage(ctx, { ...WHOLE_AUDIT, action: 'person.end' })).rows).toMatchObject([
      { target: `person:${id}`, targetName: 'Bob' },
    ])
  })

  it('names the feed it is about as it is called now', async () => {
    await ctx.whole.query(
      `insert into subject (kind, key, name, created_at) values ('feed', 'terms', 'Terms', now()), ('group', 'terms', 'All terms', now())`,
    )
    await act(asActor(ctx, WORKER), { action: 'window.open', target: { kind: 'feed', key: 'terms' } }, async () => ({ result: null }))
    const [newest] = (await getAuditPage(ctx, { ...WHOLE_AUDIT, target: 'feed:terms' })).rows
    expect(newest?.targetName).toBe('Terms')
    await ctx.whole.query(`delete from subject where key = 'terms'`)
  })

  it('shows nothing to who sees an audience only', async () => {
    const reader = asActor(ctx, { ...EVE, audience: 'records' })
    expect((await getAuditPage(reader, WHOLE_AUDIT)).rows).toEqual([])
  })
})

describe('the audit as a file', () => {
  const streamed = async (filter: Partial<AuditFilter>, atOnce: number) => {
    const batches = []
    for await (const rows of streamAudit(ctx, { ...WHOLE_AUDIT, ...filter }, atOnce)) batches.push(rows.map(({ target }) => target))
    return batches
  }

  it('is read some entries at a time, all of what is asked for', async () => {
    expect(await streamed({ who: 'Ada' }, 1)).toEqual([['flow:term'], ['flow:course']])
    expect((await streamed({ action: 'run.request' }, 2)).map((batch) => batch.length)).toEqual([2, 2, 1])
    expect(await streamed({ who: 'nobody' }, 2)).toEqual([])
  })

  it('cannot be taken without an entry: who took it, and by which question', async () => {
    await noteAuditExport(asActor(ctx, ADMIN), { format: 'csv', filter: { ...WHOLE_AUDIT, who: 'ada' } })
    const { rows } = await getAuditPage(ctx, { ...WHOLE_AUDIT, action: 'audit.export' })
    expect(rows).toMatchObject([{ actor: 'Grace', actorId: 'p3', target: '*', after: { format: 'csv', who: 'ada' }, refusal: null }])
  })

  it('is refused to an engineer, which stands in it, too', async () => {
    const refused = noteAuditExport(asActor(ctx, ADA), { format: 'csv', filter: WHOLE_AUDIT })
    await expect(refused).rejects.toThrow(TidemarkError)
    const { rows } = await getAuditPage(ctx, { ...WHOLE_AUDIT, action: 'audit.export', outcome: 'refused' })
    expect(rows).toMatchObject([{ actor: 'Ada Lovelace', refusal: 'This takes the role admin; yours is engineer.' }])
  })
})
