import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { asActor, type Context, withTransaction } from '#lib/db/context.ts'
import { addSubscriber, addSubscription, endSubscriptions, findSubscribable, findSubscriber } from '#lib/db/messages/subscribers.ts'
import type { Person } from '#lib/db/people/people.ts'
import { putSetting } from '#lib/db/settings.ts'
import { person, visitor } from '#lib/domain/access/actor.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { makeFeed, makePage } from '#lib/testing/history/feed-changes.ts'
import { confirmByLink, endByLink, lookAtSubscriptions } from './by-link.ts'
import { ownSubscriptions, subscribe, subscriptionOffer, unsubscribe } from './subscribe.ts'

const clock = new FakeClock(Date.parse('2026-11-20T12:00:00Z'))
const PEOPLE = { kind: 'feed', key: 'people' } as const
const CASH = { kind: 'group', key: 'cash-group' } as const
let database: TestDatabase
let whole: Context
let ada: Person
let adas: Context

beforeAll(async () => {
  database = await createTestDatabase()
  whole = database.context(clock)
  await makePage(whole)
  await makeFeed(whole, 'people', { feed: 'People', group: 'Identity' })
  await makeFeed(whole, 'cash', { feed: 'Cash', group: 'Finance' })
  await whole.pool.query(`insert into audience_group select 'board', id from subject where key in ('cash-group', 'people-group')`)
  await whole.pool.query(`insert into audience_group select 'everybody', id from subject where key = 'people-group'`)
})
beforeEach(async () => {
  clock.set(clock.now() + 2 * DAY_MS)
  await whole.whole.query('truncate person, subscriber, try_count cascade')
  await whole.whole.query('delete from outbox')
  await say({ access: 'public' })
  ada = await addPerson(whole, 'ada', 'viewer', 'board')
  adas = personOf(ada)
})
afterAll(() => database.drop())

const MAIL = { from: 'tidemark@example.edu', smtp: '${SMTP_URL}' }
async function say({ access = 'public', mail = MAIL }: { access?: string; mail?: typeof MAIL | null }) {
  await putSetting(whole.whole, 'access', access)
  await putSetting(whole.whole, 'people', {
    roles: [],
    audiences: [{ audience: 'board', for: { oidc: [], people: [] } }],
    oidc: null,
    mail,
  })
}
const personOf = ({ id, name, role, audience }: Person) => asActor(whole, person({ id, name, role, audience }))
const stranger = (from = '192.0.2.7') => ({ ...asActor(whole, visitor('everybody')), from })
const letters = async () =>
  (
    await whole.whole.query<{ to: string; subscriber: number }>(
      `select letter ->> 'to' as to, (letter ->> 'subscriber')::int as subscriber from outbox where letter is not null order by id`,
    )
  ).rows
const tokenOf = async (id: number | undefined) => (await findSubscriber(whole.whole, { id: id ?? 0 }))?.token ?? ''
const stated = async () =>
  (
    await whole.whole.query<{ said: string }>(
      `select s.key || case when x.confirmed_at is null then ' asked' else ' confirmed' end as said
     from subscription x join subject s on s.id = x.subject_id order by 1`,
    )
  ).rows.map(({ said }) => said)

describe('somebody who has signed in', () => {
  it('is written to at their own address at once, and sees and ends it', async () => {
    expect(await subscribe(adas, PEOPLE, 'other@example.edu')).toContain('ada@example.edu')
    await subscribe(adas, PEOPLE, '')
    await subscribe(adas, CASH, '')
    expect(await letters()).toEqual([])
    expect(await subscriptionOffer(adas, PEOPLE)).toEqual({ to: 'ada@example.edu', state: 'confirmed' })
    expect((await ownSubscriptions(adas)).subscriptions.map(({ name }) => name)).toEqual(['Finance', 'People'])
    await unsubscribe(adas, CASH)
    await expect(unsubscribe(adas, CASH)).rejects.toThrow('not written to')
    expect(await stated()).toEqual(['people confirmed'])
    await unsubscribe(adas, PEOPLE)
    expect((await whole.whole.query('select 1 from subscriber')).rowCount).toBe(0)
  })

  it('is told nothing of what they do not see, nor its name once they see it no more', async () => {
    await subscribe(adas, CASH, '')
    const outside = asActor(whole, { ...adas.actor, audience: 'everybody' })
    await expect(subscribe(outside, CASH, '')).rejects.toThrow('no such group')
    expect(await ownSubscriptions(outside)).toEqual({ subscriptions: [], unseen: 1 })
  })

  it('at an address that nobody proved confirms by a letter, and anew at another one', async () => {
    await whole.whole.query('update person set email_verified = false')
    await subscribe(adas, PEOPLE, '')
    expect(await stated()).toEqual(['people asked'])
    const [letter] = await letters()
    expect(letter?.to).toBe('ada@example.edu')
    expect(await confirmByLink(stranger(), await tokenOf(letter?.subscriber))).toBe(1)
    const before = await tokenOf(letter?.subscriber)
    await whole.whole.query(`update person set email = 'eve@example.edu'`)
    clock.set(clock.now() + 2 * DAY_MS)
    await subscribe(adas, CASH, '')
    expect(await stated()).toEqual(['cash-group asked', 'people asked'])
    // Whoever has a letter that went to the former address confirms nothing for the new one.
    await expect(confirmByLink(stranger(), before)).rejects.toThrow('nothing to confirm')
    expect(await confirmByLink(stranger(), await tokenOf(letter?.subscriber))).toBe(2)
  })

  it('takes over what was asked for at their address before they were known', async () => {
    await whole.whole.query('truncate person cascade')
    await subscribe(stranger(), PEOPLE, 'Ada@example.edu')
    const token = await tokenOf((await letters())[0]?.subscriber)
    await confirmByLink(stranger(), token)
    const known = personOf(await addPerson(whole, 'ada', 'viewer', 'board'))
    await subscribe(known, CASH, '')
    expect((await ownSubscriptions(known)).subscriptions).toHaveLength(2)
    expect((await whole.whole.query('select 1 from subscriber')).rowCount).toBe(1)
    expect((await lookAtSubscriptions(stranger(), token))?.subscriptions).toHaveLength(2)
  })

  it('keeps what they ask for while all else ends', async () => {
    await subscribe(adas, PEOPLE, '')
    const id = (await findSubscriber(whole.whole, { personId: ada.id }))?.id ?? 0
    const ids = new Map((await ownSubscriptions(adas)).subscriptions.map(({ key, subjectId }) => [key, subjectId]))
    const waits = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    let ended: Promise<unknown> = Promise.resolve()
    await withTransaction(whole, async (sql) => {
      const subscriberId = await addSubscriber(sql, { email: ada.email, person: ada }, clock.now())
      const cash = await findSubscribable(sql, CASH)
      await addSubscription(sql, { subscriberId, subjectId: cash?.id ?? 0 }, { now: clock.now(), isConfirmed: true })
      ended = withTransaction(whole, (other) => endSubscriptions(other, id, ids.get('people') ?? 0))
      while ((await whole.whole.query(waits)).rowCount === 0);
    })
    await ended
    expect(await stated()).toEqual(['cash-group confirmed'])
  })
})

describe('whoever reads a public page', () => {
  it('is written to once they have confirmed by the link in a letter, within a day', async () => {
    await subscribe(stranger(), PEOPLE, 'eve@example.org')
    const [letter] = await letters()
    const token = await tokenOf(letter?.subscriber)
    expect(await lookAtSubscriptions(stranger(), token)).toMatchObject({
      address: 'eve@example.org',
      subscriptions: [{ name: 'People', isConfirmed: false }],
    })
    expect(await confirmByLink(stranger(), token)).toBe(1)
    await expect(confirmByLink(stranger(), token)).rejects.toThrow('nothing to confirm')
    await subscribe(stranger(), { kind: 'group', key: 'people-group' }, 'eve@example.org')
    clock.set(clock.now() + DAY_MS)
    await expect(confirmByLink(stranger(), token)).rejects.toThrow('nothing to confirm')
  })

  it('is answered in the same words whoever the address belongs to, and nothing is confirmed for its owner', async () => {
    await subscribe(adas, PEOPLE, '')
    const answers = await Promise.all(['ada@example.edu', 'nobody@example.org'].map((email) => subscribe(stranger(), PEOPLE, email)))
    expect(new Set(answers).size).toBe(1)
    // Ada has that already: nothing is to be confirmed.
    expect((await letters()).map(({ to }) => to)).toEqual(['nobody@example.org'])
    await subscribe(stranger(), { kind: 'group', key: 'people-group' }, 'ada@example.edu')
    expect(await stated()).toEqual(['people asked', 'people confirmed', 'people-group asked'])
  })

  it('sees only what everybody sees, and gives an address', async () => {
    await expect(subscribe(stranger(), CASH, 'eve@example.org')).rejects.toThrow('no such group')
    await expect(subscribe(stranger(), PEOPLE, 'eve')).rejects.toThrow('e-mail address is needed')
    await say({ mail: null })
    await expect(subscribe(stranger(), PEOPLE, 'eve@example.org')).rejects.toThrow('sends no mail')
    expect(await subscriptionOffer(stranger(), PEOPLE)).toBeNull()
  })

  it('has no address flooded: three letters a day to one, ten an hour asked for from one network', async () => {
    const words = []
    for (let nth = 0; nth < 5; nth += 1) words.push(await subscribe(stranger(`192.0.2.${nth}`), PEOPLE, 'eve@example.org'))
    expect(new Set(words).size).toBe(1)
    expect(await letters()).toHaveLength(3)
    for (let nth = 0; nth < 10; nth += 1) await subscribe(stranger(), PEOPLE, `eve${nth}@example.org`)
    await expect(subscribe(stranger(), PEOPLE, 'eve11@example.org')).rejects.toThrow('Too many letters')
    clock.set(clock.now() + HOUR_MS)
    await subscribe(stranger(), PEOPLE, 'eve11@example.org')
  })

  it('waits for nobody, however many ask at once', async () => {
    const many = Array.from({ length: 12 }, (_, nth) => subscribe(stranger(`198.51.100.${nth}`), PEOPLE, `eve${nth}@example.org`))
    await Promise.all(many)
    expect(await letters()).toHaveLength(12)
  })
})

describe('the link in a letter', () => {
  it('ends one thing or everything, and of whom it ended nothing is kept', async () => {
    await subscribe(adas, PEOPLE, '')
    await subscribe(adas, CASH, '')
    const id = (await findSubscriber(whole.whole, { personId: ada.id }))?.id
    const token = await tokenOf(id)
    const cash = (await ownSubscriptions(adas)).subscriptions.find(({ key }) => key === CASH.key)?.subjectId ?? 0
    await whole.whole.query(
      `insert into outbox (channel, event, created_at, next_attempt_at) values ('subscriber:' || $1::int, 'incident:1', now(), now())`,
      [id],
    )
    expect(await endByLink(stranger(), token, cash)).toBe(1)
    expect(await stated()).toEqual(['people confirmed'])
    expect(await endByLink(stranger(), token)).toBe(1)
    await expect(endByLink(stranger(), token)).rejects.toThrow('Nothing is sent')
    expect(await lookAtSubscriptions(stranger(), token)).toBeNull()
    expect((await whole.whole.query('select problem from outbox where next_attempt_at is null')).rows).toEqual([
      { problem: 'The subscription was ended.' },
    ])
  })

  it('names nothing that its reader may not see any more', async () => {
    await subscribe(adas, CASH, '')
    const token = await tokenOf((await findSubscriber(whole.whole, { personId: ada.id }))?.id)
    await whole.whole.query(`update person set audience = null`)
    expect(await lookAtSubscriptions(stranger(), token)).toMatchObject({ subscriptions: [], unseen: 1 })
    await whole.whole.query('update person set ended_at = now()')
    expect(await lookAtSubscriptions(stranger(), token)).toMatchObject({ subscriptions: [], unseen: 1 })
  })

  it('stands in the audit, without any address', async () => {
    await subscribe(stranger(), PEOPLE, 'eve@example.org')
    await confirmByLink(stranger(), await tokenOf((await letters())[0]?.subscriber))
    const { rows } = await whole.whole.query<{ action: string; row: string }>(
      'select action, a::text as row from audit a order by id desc limit 2',
    )
    expect(rows.map(({ action }) => action)).toEqual(['subscription.confirm', 'subscription.begin'])
    expect(rows.some(({ row }) => row.includes('eve'))).toBe(false)
  })
})
