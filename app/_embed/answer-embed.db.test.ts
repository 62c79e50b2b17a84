import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { POST as endToken } from '#app/api/account/tokens/end/route.ts'
import { POST as makeEmbed } from '#app/api/embeds/route.ts'
import { createToken, tokenRequestSchema } from '#lib/access/tokens.ts'
import { putSetting } from '#lib/db/settings.ts'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { UNSEEN } from '#lib/domain/wording/words.ts'
import { type EmbedWorld, MARK, ORIGIN, openEmbedWorld, PAGE } from '#lib/testing/worlds/embed-world.ts'
import { formRequest, NOBODY } from '#lib/testing/worlds/web-world.ts'

let world: EmbedWorld
let web: EmbedWorld['web']
let ctx: EmbedWorld['ctx']

beforeAll(async () => {
  world = await openEmbedWorld()
  ;({ web, ctx } = world)
})
afterAll(() => world.close())
beforeEach(() => world.restore())

const as: EmbedWorld['as'] = (name) => world.as(name)
const make: EmbedWorld['make'] = (...asked) => world.make(...asked)
const ask: EmbedWorld['ask'] = (...asked) => world.ask(...asked)
const header = (head: string, name: string) => new RegExp(`^${name}: (.*?)\\r?$`, 'im').exec(head)?.[1]
const FEED = '/embed/feeds/records-feed'
const EVERY = [FEED, '/embed/groups/records', '/embed/assets/lake/records'].flatMap((path) => [`${path}/badge.svg`, `${path}/frame`])

describe('a key', () => {
  it('shows its one subject, and of what holds that up in a group that not all see no more than that there is something', async () => {
    const { token } = await make('ada', 'feed', 'records-feed')
    for (const form of ['badge.svg', 'frame']) {
      const { status, body } = await ask(`${FEED}/${form}?key=${token}`)
      expect([status, body.includes(MARK), body.includes(token)]).toEqual([200, false, false])
      expect(body).toContain(`2 h late because of ${UNSEEN}`)
    }
    expect(world.seen.join()).not.toContain('tdm_')
  })

  it('names what everybody sees of a public page, and of a private one nothing: whoever reads it there has not signed in', async () => {
    await world.blockedBy(24)
    for (const [access, because] of Object.entries({ private: `of ${UNSEEN}`, public: 'the load of common failed' })) {
      await putSetting(ctx.whole, 'access', access)
      const { token } = await make('vic', 'asset', 'lake/records')
      delete web.embeds
      expect((await ask(`/embed/assets/lake/records/badge.svg?key=${token}`)).body).toContain(`2 h late because ${because}`)
    }
  })

  it('names what lies in its subject, and nothing else of the same group', async () => {
    await world.blockedBy(3)
    await ctx.whole.query("update subject set name = 'Payroll' where id = 3")
    const [asset, feed] = [await make('ada', 'asset', 'lake/records'), await make('ada', 'feed', 'records-feed')]
    const { body } = await ask(`/embed/assets/lake/records/badge.svg?key=${asset.token}`)
    expect([body.includes(`2 h late because of ${UNSEEN}`), body.includes('Payroll')]).toEqual([true, false])
    expect((await ask(`${FEED}/badge.svg?key=${feed.token}`)).body).toContain('2 h late because the load of Payroll failed')
  })

  it('opens nothing else: every other address answers as it does to who knows nothing', async () => {
    const { token } = await make('ada', 'feed', 'records-feed')
    const other = [
      ...EVERY.filter((path) => !path.startsWith(FEED)),
      `/embed/feeds/${MARK}-feed/badge.svg`,
      '/embed/feeds/common-feed/frame',
      '/embed/feeds/nothing/badge.svg',
    ]
    const [nothing, frame] = [await ask('/embed/feeds/nothing/badge.svg'), await ask('/embed/feeds/nothing/frame')]
    expect([nothing.status, frame.status, nothing.body.includes('valid any more')]).toEqual([404, 404, true])
    for (const path of other) {
      for (const asked of [path, `${path}?key=${token}`, `${path}?key=tdm_${'x'.repeat(43)}`, `${path}?key=`]) {
        const { status, body } = await ask(asked)
        expect([asked, status, body]).toEqual([asked, 404, path.endsWith('frame') ? frame.body : nothing.body])
      }
    }
    expect((await ask(`${FEED}/anything?key=${token}`)).status).toBe(404)
    for (const path of ['/feed.atom', '/api/v1/status', '/api/v1/feeds', FEED.replace('/embed', '')])
      expect((await ask(`${path}?key=${token}`)).status).not.toBe(200)
    expect((await ask('/api/v1/feeds', { authorization: `Bearer ${token}` })).status).toBe(401)
  })

  it('of another kind is none here, and neither is a session', async () => {
    const { token } = await createToken(as('ada'), tokenRequestSchema.parse({ name: 'reader', kind: 'address' }))
    expect((await ask(`${FEED}/badge.svg?key=${token}`)).status).toBe(404)
    const key = (await make('ada', 'feed', 'records-feed')).token
    expect((await ask(`${FEED}/badge.svg`, { authorization: `Bearer ${token}`, 'x-tidemark-embed-key': key })).status).toBe(404)
  })

  it('goes on showing what was renamed, at its old address and its new one', async () => {
    const { token } = await make('vic', 'feed', 'records-feed')
    for (const key of ['records-feed', 'old-records']) expect((await ask(`/embed/feeds/${key}/badge.svg?key=${token}`)).status).toBe(200)
  })

  it('shows no more than its owner sees', async () => {
    await expect(make('vic', 'feed', `${MARK}-feed`)).rejects.toMatchObject({ code: 'not-found' })
    const { token } = await make('ada', 'feed', `${MARK}-feed`)
    expect((await ask(`/embed/feeds/${MARK}-feed/badge.svg?key=${token}`)).status).toBe(200)
    await ctx.whole.query("update person set role = 'viewer', audience = 'records' where name = 'Ada'")
    delete web.embeds
    expect((await ask(`/embed/feeds/${MARK}-feed/badge.svg?key=${token}`)).status).toBe(404)
    await ctx.whole.query("update person set role = 'admin', audience = null where name = 'Ada'")
  })
})

describe('keys are made and ended at the page', () => {
  const send = (handler: () => Promise<Response>, by: 'ada' | 'vic' = 'vic') =>
    web.asking.run({ ...NOBODY, actor: as(by).actor, sessionId: 's' }, handler)
  const audit = async (from: string) =>
    (await ctx.whole.query('select action, refusal is null as done, after from audit where id > $1 order by id', [from])).rows
  const newest = async () => (await ctx.whole.query<{ id: string }>('select max(id)::text as id from audit')).rows[0]?.id ?? '0'

  it('by a form, each with one entry in the audit; one that has ended answers at once like one that never was', async () => {
    const from = await newest()
    const made = await send(() => makeEmbed(formRequest({ subject: 'feed:records-feed', name: 'Wiki', days: '365' })))
    const token = /tdm_[\w-]{43}/.exec(await made.text())?.[0] ?? ''
    const path = `${FEED}/badge.svg?key=${token}`
    expect([made.status, (await ask(path)).status]).toEqual([200, 200])
    const { rows } = await ctx.whole.query('select id from api_token order by created_at desc, id limit 1')
    const ended = await send(() => endToken(formRequest({ token: rows[0].id, subject: 'feed:records-feed' })))
    expect([ended.status, ended.headers.get('location')]).toEqual([303, '/embeds?subject=feed%3Arecords-feed'])
    const { status, body } = await ask(path)
    expect([status, body]).toEqual([404, (await ask(`${FEED}/badge.svg?key=tdm_${'x'.repeat(43)}`)).body])
    expect((await audit(from)).filter(({ action }) => action !== 'token.use')).toEqual([
      { action: 'token.create', done: true, after: expect.objectContaining({ kind: 'embed', shows: 'feed:records-feed' }) },
      { action: 'token.end', done: true, after: null },
    ])
  })

  it('not for what nobody sees or names, nor by who is not signed in', async () => {
    const from = await newest()
    for (const subject of [`feed:${MARK}-feed`, 'nothing']) {
      const refused = await send(() => makeEmbed(formRequest({ subject, name: 'Wiki', days: '7' })))
      expect([refused.status, refused.headers.get('location')?.startsWith('/embeds?subject=')]).toEqual([303, true])
    }
    const stranger = await web.asking.run(NOBODY, () => makeEmbed(formRequest({ subject: 'feed:records-feed', name: 'Wiki' })))
    expect(stranger.status).toBeGreaterThanOrEqual(300)
    expect((await audit(from)).map(({ done }) => done)).toEqual([false, false, false])
  })
})

describe('an answer', () => {
  it('may be framed by the named origins alone, is kept for half a minute and known again', async () => {
    const { token } = await make('vic', 'feed', 'records-feed')
    const frame = await ask(`${FEED}/frame?key=${token}`)
    expect(header(frame.head, 'content-security-policy')).toContain(`frame-ancestors ${ORIGIN};`)
    expect([header(frame.head, 'x-frame-options'), header(frame.head, 'referrer-policy')]).toEqual([undefined, 'no-referrer'])
    const badge = await ask(`${FEED}/badge.svg?key=${token}`)
    expect([header(badge.head, 'content-type'), header(badge.head, 'cache-control')]).toEqual([
      'image/svg+xml; charset=utf-8',
      'private, max-age=30, must-revalidate',
    ])
    expect(header(badge.head, 'content-security-policy')).toContain("frame-ancestors 'none'")
    expect(header(badge.head, 'set-cookie')).toBe(undefined)
    const again = await ask(`${FEED}/badge.svg?key=${token}`, { 'if-none-match': header(badge.head, 'etag') ?? '' })
    expect([again.status, again.body]).toEqual([304, ''])
  })

  it('refuses a frame in words where no site may hold one; the badge stays', async () => {
    await putSetting(ctx.whole, 'page', { ...PAGE, embedIn: undefined })
    const { token } = await make('vic', 'feed', 'records-feed')
    const frame = await ask(`${FEED}/frame?key=${token}`)
    expect([frame.status, frame.body.includes('page.embedIn'), header(frame.head, 'x-frame-options')]).toEqual([403, true, 'DENY'])
    expect(header(frame.head, 'content-security-policy')).toContain("frame-ancestors 'none'")
    expect((await ask(`${FEED}/badge.svg?key=${token}`)).status).toBe(200)
  })

  it('of a public page needs no key for what everybody sees, and tells nothing of the rest', async () => {
    await putSetting(ctx.whole, 'access', 'public')
    const shown = await ask('/embed/groups/common/badge.svg')
    expect([shown.status, header(shown.head, 'cache-control')]).toEqual([200, 'public, max-age=30, must-revalidate'])
    expect((await ask('/embed/assets/lake/common/frame')).status).toBe(200)
    for (const path of EVERY) expect([path, (await ask(path)).status]).toEqual([path, 404])
  })

  it('costs the database nothing for the thousandth who asks, and shows what has changed', async () => {
    const { token } = await make('vic', 'feed', 'records-feed')
    const path = `${FEED}/badge.svg?key=${token}`
    await ask(path)
    const pools = [ctx.whole, as('vic').pool].map((pool) => vi.spyOn(pool, 'query'))
    const looked = () => pools.reduce((sum, { mock }) => sum + mock.calls.filter(([sql]) => /status_span/.test(String(sql))).length, 0)
    await Promise.all(Array.from({ length: 200 }, () => ask(path)))
    expect(looked()).toBe(0)
    web.embeds?.shown.forget()
    await Promise.all(Array.from({ length: 50 }, () => ask(path)))
    expect(looked()).toBeGreaterThan(0)
    expect(looked()).toBeLessThan(10)
    for (const pool of pools) pool.mockRestore()
  })
})

describe('what was fresh', () => {
  const told = async () => {
    delete web.embeds
    const { status, body } = await ask('/embed/feeds/common-feed/badge.svg')
    return { status, isFresh: body.includes('class="fresh"'), body }
  }
  beforeEach(() => putSetting(ctx.whole, 'access', 'public'))

  it('is shown as fresh only while a worker looks', async () => {
    expect(await told()).toMatchObject({ status: 200, isFresh: true })
    await ctx.whole.query('update worker_state set heartbeat_at = $1', [new Date(ctx.clock.now() - 10 * MINUTE_MS)])
    const silent = await told()
    expect(silent).toMatchObject({ status: 200, isFresh: false })
    expect(silent.body).toContain('Nothing has been checked since')
    await ctx.whole.query('delete from worker_state')
    expect((await told()).body).toContain('Nothing has been checked yet')
  })

  it('is grey while the database does not answer, also where it was just shown, and says why', async () => {
    await ask('/embed/feeds/common-feed/badge.svg')
    globalThis.tidemarkDatabaseTrouble = { problem: 'It is gone.', since: 0 }
    for (const form of ['badge.svg', 'frame']) {
      const { status, head, body } = await ask(`/embed/feeds/common-feed/${form}`)
      expect([status, header(head, 'cache-control'), header(head, 'retry-after')]).toEqual([503, 'no-store', '10'])
      expect([body.includes('class="fresh"'), body.includes('does not answer right now')]).toEqual([false, true])
      if (form === 'frame') expect(header(head, 'content-security-policy')).toContain(`frame-ancestors ${ORIGIN};`)
    }
  })
})

describe('how far data reach', () => {
  const reach = async (path: string) => /(?:Data as of|Last loaded) [^.]*/.exec((await ask(path)).body)?.[0]
  const arrives = (asset: number, clock: string, at: number) =>
    ctx.whole.query(
      "insert into arrival (asset_id, clock, at, recorded_at, source, happened_at, kind) values ($1, $2, $3, now(), 'connection:lake', now(), 'arrival')",
      [asset, clock, new Date(at)],
    )

  it('is told by what is in them before their last load, and by the oldest of what they are made from where they tell nothing', async () => {
    await putSetting(ctx.whole, 'access', 'public')
    await ctx.whole.query('delete from arrival')
    await world.blockedBy(24)
    expect(await reach('/embed/assets/lake/common/badge.svg')).toBe(undefined)
    const day = Date.parse('2026-01-05T06:41:00Z')
    await arrives(24, 'loadedAt', day + DAY_MS)
    delete web.embeds
    expect(await reach('/embed/assets/lake/common/badge.svg')).toMatch(/^Last loaded 6 Jan(?: 2026)? 06:41 UTC$/)
    await arrives(24, 'dataThroughAt', day)
    delete web.embeds
    expect(await reach('/embed/feeds/common-feed/badge.svg')).toMatch(/^Data as of 5 Jan(?: 2026)? 06:41 UTC$/)
    await arrives(24, 'dataThroughAt', ctx.clock.now() + DAY_MS)
    delete web.embeds
    expect(await reach('/embed/feeds/common-feed/badge.svg')).toMatch(/^Last loaded 6 Jan/)
    const { token } = await make('ada', 'asset', 'lake/records')
    const records = `/embed/assets/lake/records/badge.svg?key=${token}`
    expect(await reach(records)).toMatch(/^Last loaded 6 Jan/)
    await arrives(4, 'loadedAt', ctx.clock.now())
    delete web.embeds
    expect(await reach(records)).toMatch(/^Last loaded 6 Jan/)
  })
})
