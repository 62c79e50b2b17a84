import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import { type AcceptedCatalogue, noteCatalogueProblems, syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { atTerminal, visitor, WORKER } from '#lib/domain/access/actor.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { compareVersions, getCatalogueAdminPage } from './catalogue-page.ts'

const START = Date.parse('2026-11-20T12:00:00Z')
const clock = new FakeClock(START)
let database: TestDatabase
let ctx: Context

const text = (grace: string, audiences = '') => `
page: { name: Campus, zone: America/New_York }
${audiences}
connections:
  lake: { kind: postgres, url: "\${LAKE_URL}" }
people: { oidc: { issuer: "https://id.campus.example", clientId: tidemark } }
groups:
  records:
    name: Student records
    feeds:
      terms:
        name: Terms
        policy: { kind: deadline, cron: "0 1 * * *", grace: ${grace} }
        assets: { lake/curated.terms: { column: loaded_at } }
  ledger:
    name: Ledger
    feeds:
      books:
        name: Books
        policy: { kind: deadline, cron: "0 1 * * *", grace: 45m }
        assets: { lake/curated.books: { column: loaded_at } }
`
const AUDIENCES = 'audiences: { finance: { groups: [ledger], for: { oidc: [finance-staff], people: [bursar@campus.example] } } }'

async function put(by: Context, written: string, more: Partial<AcceptedCatalogue> = {}) {
  clock.set(clock.now() + HOUR_MS)
  const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text: written }], campusContracts)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  await syncCatalogue(by, { ...loaded, readFrom: 'tidemark.yaml', ...more })
}

beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context(clock)
})
afterAll(() => database.drop())

describe('the catalogue, as an admin looks after it', () => {
  it('is there before the first one was accepted, with its problems', async () => {
    const problem = { file: 'a.yaml', line: 3, column: 1, path: 'groups', problem: 'There is no group.', remedy: 'Write one.' }
    await noteCatalogueProblems(ctx, [problem], null)
    expect(await getCatalogueAdminPage(ctx, null)).toMatchObject({ problems: [problem], inForceId: null, versions: [], next: null })
  })

  it('tells of each version who put it into force, when and from where; the newest counts', async () => {
    await put(asActor(ctx, WORKER), text('45m'))
    await put(asActor(ctx, WORKER), text('45m'))
    await put(asActor(ctx, atTerminal('ada')), text('2h', AUDIENCES), { readFrom: '/home/ada/tidemark.yaml' })
    await ctx.whole.query('update catalogue_version set actor_kind = null, actor = null, read_from = null where id = 1')
    await put(asActor(ctx, WORKER), text('3h', AUDIENCES))
    const { versions, inForceId, problems, checkedAt } = await getCatalogueAdminPage(ctx, null)
    expect(versions).toEqual([
      { id: 3, acceptedAt: START + 4 * HOUR_MS, hash: expect.any(String), actorKind: 'worker', actor: null, readFrom: 'tidemark.yaml' },
      {
        id: 2,
        acceptedAt: START + 3 * HOUR_MS,
        hash: expect.any(String),
        actorKind: 'terminal',
        actor: 'ada',
        readFrom: '/home/ada/tidemark.yaml',
      },
      { id: 1, acceptedAt: START + HOUR_MS, hash: expect.any(String), actorKind: null, actor: null, readFrom: null },
    ])
    expect({ inForceId, problems, checkedAt }).toEqual({ inForceId: 3, problems: [], checkedAt: START + 4 * HOUR_MS })
  })

  it('has more pages of versions than one', async () => {
    const first = await getCatalogueAdminPage(ctx, null, 2)
    expect([first.versions.map(({ id }) => id), first.next]).toEqual([[3, 2], 2])
    const second = await getCatalogueAdminPage(ctx, first.next, 2)
    expect([second.versions.map(({ id }) => id), second.next, second.inForceId]).toEqual([[1], null, 3])
  })

  it('says which groups each audience sees, and whom it is for', async () => {
    const records = { key: 'records', name: 'Student records' }
    const finance = { oidc: ['finance-staff'], people: ['bursar@campus.example'] }
    expect((await getCatalogueAdminPage(ctx, null)).sights).toEqual([
      { audience: 'finance', groups: [records, { key: 'ledger', name: 'Ledger' }], for: finance },
      { audience: 'everybody', groups: [records], for: { oidc: [], people: [] } },
    ])
  })

  it('shows a reader of an audience nothing of it', async () => {
    const page = await getCatalogueAdminPage(asActor(ctx, visitor('everybody')), null)
    expect(JSON.stringify([page.sights.flatMap(({ groups }) => groups), page.versions])).not.toMatch(/ledger|ada/i)
  })
})

describe('two versions beside each other', () => {
  it('differ in what was written, the older one first whichever is named first', async () => {
    const found = await compareVersions(ctx, 3, 1)
    expect([found?.from?.id, found?.to.id, found?.isSchemaChanged]).toEqual([1, 3, false])
    expect(found?.parts.map(({ kind, path }) => `${kind} ${path.join('/')}`)).toEqual([
      'added audiences/finance',
      'changed groups/records/feeds/terms',
    ])
    expect(JSON.stringify(found)).not.toContain('ledger/feeds')
  })

  it('are this one and the one before where only one is named; before the first there is nothing', async () => {
    expect(await compareVersions(ctx, null, 3)).toMatchObject({ from: { id: 2 }, to: { id: 3 }, parts: [{ kind: 'changed' }] })
    const first = await compareVersions(ctx, null, 1)
    expect(first).toMatchObject({ from: null, to: { id: 1 } })
    expect(new Set(first?.parts.map(({ kind }) => kind))).toEqual(new Set(['added']))
  })

  it('are one and the same, or not there', async () => {
    expect(await compareVersions(ctx, 2, 2)).toMatchObject({ from: { id: 2 }, to: { id: 2 }, parts: [] })
    expect(await compareVersions(ctx, 2, 99)).toBeNull()
    expect(await compareVersions(ctx, 99, 2)).toBeNull()
    expect(await compareVersions(ctx, null, 99)).toBeNull()
  })
})
