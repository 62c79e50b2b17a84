import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { loadCatalogue } from '#lib/commands/catalogue/load-catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { getFlowCards } from '#lib/queries/runs/flow-cards.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'

let database: TestDatabase
let ctx: Context

beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context()
  const loaded = await loadCatalogue('demo/catalogue', await loadExtensions())
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  await syncCatalogue(ctx, loaded)
})
afterAll(() => database.drop())

const OWN = ['dining', 'health', 'housing', 'student_affairs']

async function seen(audience: string | null) {
  const reader = asActor(ctx, visitor(audience))
  const { rows } = await reader.pool.query<{ key: string }>("select key from subject where kind = 'group' order by key")
  const flows = await getFlowCards(reader)
  return { groups: rows.map(({ key }) => key), flows: flows.map(({ name }) => name) }
}

describe('the pretend campus', () => {
  it('shows everybody ten of its groups and the five of the start-up with their flows, the load of people among them', async () => {
    const { groups, flows } = await seen('everybody')
    expect(groups).toHaveLength(15)
    expect(groups).not.toEqual(expect.arrayContaining(['bursar']))
    expect(flows).toEqual(expect.arrayContaining(['person', 'term', 'course', 'library-patrons']))
    expect(flows.filter((name) => /^(housing|dining|health|student|bursar)-/.test(name))).toEqual([])
  })

  it('shows the stakeholder four more, and the engineer all there is', async () => {
    const [everybody, stakeholder, engineer, all] = [
      await seen('everybody'),
      await seen('student-life'),
      await seen('data-office'),
      await seen(null),
    ]
    expect(stakeholder.groups.filter((key) => !everybody.groups.includes(key))).toEqual(OWN)
    expect(stakeholder.flows).toContain('housing-residents')
    expect(stakeholder.flows).not.toContain('bursar-payments')
    expect(engineer).toEqual(all)
    expect(all.groups).toHaveLength(20)
  })
})
