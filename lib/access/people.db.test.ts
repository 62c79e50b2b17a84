import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { asActor, type Context } from '#lib/db/context.ts'
import type { Person } from '#lib/db/people/people.ts'
import { listPeople } from '#lib/db/people/people.ts'
import { person, visitor } from '#lib/domain/access/actor.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { changeRole, endPerson, endTheirSessions } from './people.ts'
import { startSession, whoAsks } from './sessions.ts'

const SITE = siteOf('localhost:3000', 'http://localhost:3000')
let database: TestDatabase
let ctx: Context
let ada: Person
let root: Person

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  ctx = database.context(systemClock, visitor())
  await ctx.whole.query('truncate person cascade')
  ada = await addPerson(ctx, 'ada', 'engineer')
  root = await addPerson(ctx, 'root', 'admin')
})

const as = ({ id, name, role }: Person) => asActor(ctx, person({ id, name, role, audience: null }))
const refused = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { publicMessage: string }) => error.publicMessage,
  )
const session = async (who: Person) => (await startSession(ctx, SITE, who, null)).split(';')[0] ?? ''
const known = async (cookie: string) => (await whoAsks(ctx, SITE, cookie))?.actor
async function lastEntry() {
  const { rows } = await ctx.whole.query(
    'select actor, actor_id, action, target, reason, before, after, refusal from audit order by id desc limit 1',
  )
  return rows[0]
}

describe('an admin', () => {
  it('changes what somebody may do: it counts from their next request on', async () => {
    const cookie = await session(ada)
    await changeRole(as(root), ada.id, { role: 'viewer', audience: null }, 'moved to another team')
    expect(await known(cookie)).toMatchObject({ role: 'viewer' })
    expect(await lastEntry()).toEqual({
      ...{ actor: 'Root', actor_id: root.id, action: 'person.change', target: `person:${ada.id}`, reason: 'moved to another team' },
      ...{ before: { role: 'engineer', audience: null }, after: { role: 'viewer', audience: null }, refusal: null },
    })
  })

  it('lets somebody in no more, and their sessions end at once', async () => {
    const [one, two] = [await session(ada), await session(ada)]
    await endPerson(as(root), ada.id)
    expect([await known(one), await known(two)]).toEqual([undefined, undefined])
    expect(await lastEntry()).toMatchObject({ action: 'person.end', after: { sessionsEnded: 2 } })
    expect(await refused(endPerson(as(root), ada.id))).toContain('does not get in already')
    expect((await listPeople(ctx.whole)).map(({ name, endedAt }) => [name, endedAt === null])).toEqual([
      ['Root', true],
      ['Ada', false],
    ])
  })

  it('ends sessions of somebody, who can sign in again', async () => {
    const [one, two] = [await session(ada), await session(ada)]
    expect(await endTheirSessions(as(root), ada.id)).toBe(2)
    expect([await known(one), await known(two)]).toEqual([undefined, undefined])
    expect((await known(await session(ada)))?.id).toBe(ada.id)
  })

  it('who is the only one stays one, also when two take the other’s role away at once', async () => {
    const only = 'Root is the only admin. Make somebody else one first.'
    expect(await refused(changeRole(as(root), root.id, { role: 'viewer', audience: null }))).toBe(only)
    expect(await refused(endPerson(as(root), root.id))).toBe(only)
    const other = await addPerson(ctx, 'other', 'admin')
    const ends = await Promise.all([refused(endPerson(as(root), other.id)), refused(endPerson(as(other), root.id))])
    expect(ends.filter((end) => end === 'done')).toHaveLength(1)
    expect((await listPeople(ctx.whole)).filter(({ role, endedAt }) => role === 'admin' && endedAt === null)).toHaveLength(1)
  })

  it('is needed for all of it: everybody else is refused, with an entry', async () => {
    const own = as(ada)
    const works = [
      () => changeRole(own, ada.id, { role: 'admin', audience: null }),
      () => endPerson(own, root.id),
      () => endTheirSessions(own, root.id),
    ]
    for (const work of works) {
      expect(await refused(work())).toBe('This takes the role admin; yours is engineer.')
      expect(await lastEntry()).toMatchObject({ actor_id: ada.id, refusal: 'This takes the role admin; yours is engineer.' })
    }
    expect(await refused(endPerson(as(root), 'nobody'))).toBe('There is no such person.')
  })
})
