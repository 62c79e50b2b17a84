import { afterAll, beforeAll, expect, test } from 'vitest'
import { asActor, type Context } from '#lib/db/context.ts'
import { person } from '#lib/domain/access/actor.ts'
import { HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import { getChangesBefore } from '#lib/queries/incidents/changes-before.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { fillTwoGroups } from '#lib/testing/database/two-groups.ts'
import { type Deploy, noteDeploy } from './note-deploy.ts'

const NOW: Instant = Date.parse('2026-11-20T12:00Z')
const [TABLE, OTHER_TABLE] = [4, 14]
let database: TestDatabase
let ctx: Context
let records: Context

beforeAll(async () => {
  ;({ database, ctx } = await createDatabaseAt(NOW))
  await fillTwoGroups(ctx, 'other')
  records = asActor(ctx, person({ id: 'r', name: 'R', role: 'engineer', audience: 'records' }))
  await ctx.whole.query('delete from deploy_note')
})
afterAll(() => database.drop())

const deploy = (text: string, of: string | null, more: Partial<Deploy> = {}): Deploy => {
  const [kind, key = ''] = of?.split(':') ?? []
  const known: Deploy['subject'] = kind === 'feed' || kind === 'group' || kind === 'asset' ? { kind, key } : null
  return { text, subject: known, url: null, at: null, ...more }
}

const before = async (who: Context, id: number) => {
  const found = await getChangesBefore(who, { openedAt: NOW }, [{ id }], [])
  return found.flatMap(({ kind, name, by }) => (kind === 'deploy' ? [`${name} (${by})`] : []))
}

test('what was rolled out stands before the incidents of what it is about, as far as somebody sees that', async () => {
  await noteDeploy(records, deploy('group', 'group:records'))
  await noteDeploy(records, deploy('feed', 'feed:records-feed', { at: NOW - HOUR_MS, url: 'https://ci.example/1' }))
  await noteDeploy(ctx, deploy('asset', 'asset:lake/other'))
  await noteDeploy(ctx, deploy('all', null, { at: NOW - 2 * HOUR_MS }))
  await noteDeploy(ctx, deploy('long ago', null, { at: NOW - 25 * HOUR_MS }))
  expect(await before(ctx, TABLE)).toEqual(['group (R)', 'feed (R)', 'all (null)'])
  expect(await before(ctx, OTHER_TABLE)).toEqual(['asset (null)', 'all (null)'])
  expect(await before(records, TABLE)).toEqual(['group (R)', 'feed (R)'])
})

test.each<[string, Deploy, string]>([
  ['what there is not', deploy('x', 'feed:none'), 'There is no feed "none".'],
  ['what lies ahead', deploy('x', null, { at: NOW + HOUR_MS }), '“at” lies ahead'],
])('nothing is noted of %s', async (_, given, words) => {
  await expect(noteDeploy(ctx, given)).rejects.toThrow(words)
})

test('it takes an engineer who sees what it is about', async () => {
  const viewer = asActor(ctx, person({ id: 'v', name: 'V', role: 'viewer', audience: null }))
  await expect(noteDeploy(viewer, deploy('x', null))).rejects.toThrow('takes the role engineer')
  for (const of of ['feed:other-feed', null]) await expect(noteDeploy(records, deploy('x', of))).rejects.toThrow('There is no such')
})
