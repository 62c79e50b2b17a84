import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { atTerminal, visitor } from '#lib/domain/access/actor.ts'
import { againFor } from '#lib/queries/api/again-answers.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { ASSET_LIST } from './api/list-assets.ts'
import { FEED_LIST } from './api/list-feeds.ts'
import { GROUP_LIST } from './api/list-groups.ts'
import { getAssetPage } from './pages/asset-page.ts'
import { getConnections } from './pages/connections-page.ts'
import { getFeedPage } from './pages/feed-page.ts'
import { getFlowPage } from './pages/flow-page.ts'
import { getGroupPage } from './pages/group-page.ts'

let db: TestDatabase
let ctx: Context

/** Each thing says why it exists, by its own word; without words nothing does. */
const catalogue = (says: boolean) => {
  const why = (of: string) => (says ? `why: Because of\n            ${of}.` : '')
  return `page: { name: P, zone: UTC }
connections:
  lake: { kind: postgres, url: "\${LAKE}", ${why('lakes')} }
  peoplesoft: { kind: peoplesoft, baseUrl: "\${A}", user: "\${B}", password: "\${C}" }
audiences: { hall: { groups: [hidden], for: { people: [dean@campus.example] } } }
groups:
  hidden: { ${why('halls')} }
  records:
    { ${why('records')}${says ? ',' : ''} feeds: { terms: { ${why('terms')}${says ? ',' : ''} assets: { lake/terms: { ${why('tables')} } } } } }
flows:
  term: { ${why('loads')} }
`
}

async function put(says: boolean) {
  const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text: catalogue(says) }], campusContracts)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  await syncCatalogue(ctx, loaded)
}

const whys = async () => [
  (await getGroupPage(ctx, 'records'))?.why,
  (await getFeedPage(ctx, 'terms'))?.why,
  (await getAssetPage(ctx, 'lake/terms'))?.why,
  (await getFlowPage(ctx, 'term'))?.card.why,
  (await getConnections(ctx, 'UTC'))[0]?.why,
]

beforeAll(async () => {
  ;({ database: db, ctx } = await createDatabaseAt('2026-11-10T12:00:00Z'))
  ctx = asActor(ctx, atTerminal('root'))
})
afterAll(() => db.drop())

describe('the reason why something exists', () => {
  it('stands on its page in one line, however it was broken, and is no setting of a connection', async () => {
    await put(true)
    expect(await whys()).toEqual(['records', 'terms', 'tables', 'loads', 'lakes'].map((of) => `Because of ${of}.`))
    expect((await getConnections(ctx, 'UTC'))[0]?.settings.map(([name]) => name)).not.toContain('why')
  })

  it('is told to programs, and only with what they may see', async () => {
    const none = { changedSince: null, key: null, feed: null, group: null, connection: null, status: null } as never
    const told = async (by: Context) =>
      (
        await Promise.all([
          GROUP_LIST.read(by, none, null, 50, againFor(by)),
          FEED_LIST.read(by, none, null, 50, againFor(by)),
          ASSET_LIST.read(by, none, null, 50, againFor(by)),
        ])
      )
        .flat()
        .map(({ item }) => ('why' in item ? item.why : undefined))
    expect(await told(ctx)).toEqual(['Because of halls.', 'Because of records.', 'Because of terms.', 'Because of tables.'])
    expect(JSON.stringify(await told(asActor(ctx, visitor('everybody'))))).not.toContain('halls')
    const { rows } = await asActor(ctx, visitor('everybody')).pool.query("select why from subject where kind = 'group'")
    expect(rows).toEqual([{ why: 'Because of records.' }])
  })

  it('goes when it is no longer written', async () => {
    await put(false)
    expect(await whys()).toEqual([null, null, null, null, null])
  })
})
