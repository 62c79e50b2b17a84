import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Catalogue, CatalogueAudience } from '#lib/catalogue/catalogue.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { getPeopleSettings } from '#lib/db/people/people-settings.ts'
import { putSetting } from '#lib/db/settings.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { aCatalogue, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { syncCatalogue } from './sync-catalogue.ts'

let db: TestDatabase
let ctx: Context
let clock: FakeClock
beforeEach(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt('2026-11-10T12:00:00Z'))
})
afterEach(() => db.drop())

const nobody = { oidc: [], people: [] }
const finance: CatalogueAudience = { key: 'finance', groups: ['ledger'], for: { oidc: ['finance-staff'], people: [] } }
const board: CatalogueAudience = { key: 'board', groups: ['ledger', 'payroll'], for: nobody }

/** A feed and an asset in each group. */
function catalogue(audiences: CatalogueAudience[], groups = ['ledger', 'payroll', 'terms'], was: Record<string, string> = {}): Catalogue {
  const made = aCatalogue(
    groups.map((group) => anAsset(group, { feed: `${group}-feed` })),
    Object.fromEntries(groups.map((group) => [`${group}-feed`, group])),
  )
  const renamed = made.groups.map((group) => ({ ...group, ...(was[group.key] !== undefined && { was: was[group.key] }) }))
  return { ...made, groups: renamed, audiences }
}

async function sync(given: Catalogue, document = {}) {
  clock.set(clock.now() + HOUR_MS)
  await syncCatalogue(ctx, { catalogue: given, document, hash: JSON.stringify(given), schema: {} })
}

const seenBy = async (audience: string) => {
  const { rows } = await asActor(ctx, visitor(audience)).pool.query<{ key: string }>(
    "select key from subject where kind = 'group' order by 1",
  )
  return rows.map(({ key }) => key)
}
const audiences = async () => (await ctx.pool.query('select distinct audience from audience_group order by 1')).rows.map((r) => r.audience)

describe('the audiences of a catalogue', () => {
  test('see what they name and what none names, from the version on that says so', async () => {
    await sync(catalogue([finance, board]))
    expect([await seenBy('finance'), await seenBy('board'), await seenBy('everybody')]).toEqual([
      ['ledger', 'terms'],
      ['ledger', 'payroll', 'terms'],
      ['terms'],
    ])
    await sync(catalogue([finance, { ...board, groups: ['payroll'] }]))
    expect([await seenBy('finance'), await seenBy('board'), await seenBy('everybody')]).toEqual([
      ['ledger', 'terms'],
      ['payroll', 'terms'],
      ['terms'],
    ])
    await sync(catalogue([finance]))
    expect([await seenBy('finance'), await seenBy('board'), await seenBy('everybody')]).toEqual([
      ['ledger', 'payroll', 'terms'],
      [],
      ['payroll', 'terms'],
    ])
    await sync(catalogue([]))
    expect(await audiences()).toEqual([])
  })

  test('come into force with the whole catalogue or not at all', async () => {
    await sync(catalogue([finance]))
    await expect(sync(catalogue([board]), { broken: '\u0000' })).rejects.toThrow()
    expect(await audiences()).toEqual(['everybody', 'finance'])
    expect((await getPeopleSettings(ctx.pool)).audiences).toEqual([{ audience: 'finance', for: finance.for }])
  })

  test('keep a group that is renamed, also where its new name had begun a history of its own', async () => {
    await sync(catalogue([finance]))
    await sync(catalogue([{ ...finance, groups: ['books'] }], ['books', 'payroll'], { books: 'ledger' }))
    expect([await seenBy('finance'), await seenBy('everybody')]).toEqual([['books', 'payroll'], ['payroll']])
    await sync(catalogue([{ ...finance, groups: ['accounts'] }], ['accounts', 'payroll']))
    expect([await seenBy('finance'), await seenBy('everybody')]).toEqual([['accounts', 'payroll'], ['payroll']])
    await sync(catalogue([{ ...finance, groups: ['accounts'] }], ['accounts', 'payroll'], { accounts: 'books' }))
    expect([await seenBy('finance'), await seenBy('everybody')]).toEqual([['accounts', 'payroll'], ['payroll']])
  })

  test('see nothing more of a group that left the catalogue, which nobody can be given any more', async () => {
    await sync(catalogue([finance]))
    await sync(catalogue([], ['payroll', 'terms']))
    await sync(catalogue([{ ...board, groups: ['payroll'] }], ['payroll', 'terms']))
    expect([await seenBy('finance'), await seenBy('board'), await seenBy('everybody')]).toEqual([[], ['payroll', 'terms'], ['terms']])
  })
})

describe('what is said of people', () => {
  const said: Catalogue['people'] = {
    roles: [
      { role: 'engineer', for: { oidc: ['zeta'], people: ['ada@example.edu'] } },
      { role: 'admin', for: { oidc: ['alpha'], people: [] } },
    ],
    oidc: { issuer: 'https://login.example.edu', clientId: 'tidemark', name: 'Campus login', groupsClaim: 'groups' },
    mail: { from: 'data@example.edu', smtp: '${SMTP_URL}' },
  }

  test('is kept in its order, for those who decide and no reader', async () => {
    expect(await getPeopleSettings(ctx.pool)).toEqual({ roles: [], audiences: [], oidc: null, mail: null })
    const many = ['zz', 'a', 'longer-name', 'b'].map((key) => ({ ...finance, key }))
    await sync({ ...catalogue(many), people: said })
    const stored = await getPeopleSettings(ctx.pool)
    expect(stored).toEqual({ ...said, audiences: many.map(({ key }) => ({ audience: key, for: finance.for })) })
    const { rows } = await asActor(ctx, visitor('zz')).pool.query<{ key: string }>('select key from setting order by 1')
    expect(rows.map(({ key }) => key)).toEqual(['access', 'page'])
  })

  test('is never taken for nothing when it cannot be read, which would show everything to everybody', async () => {
    await putSetting(ctx.pool, 'people', { roles: [], audiences: 'none' })
    await expect(getPeopleSettings(ctx.pool)).rejects.toThrow()
  })
})
