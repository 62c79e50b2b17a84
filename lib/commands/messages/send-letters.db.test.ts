import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { acceptInvitation, invite, lookAtInvitation, mailReset, requestReset, withdrawInvitation } from '#lib/access/invitations.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import type { Person } from '#lib/db/people/people.ts'
import { putSetting } from '#lib/db/settings.ts'
import { person } from '#lib/domain/access/actor.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { type MailServer, startMailServer } from '#lib/testing/servers/mail-server.ts'
import { sendLetters } from './send-letters.ts'

const NOON = Date.parse('2026-11-20T12:00:00Z')
const BROWSER = { site: siteOf('localhost:3000', 'http://localhost:3000'), name: null, sessionId: null }
const clock = new FakeClock(NOON)
let database: TestDatabase
let mail: MailServer
let ctx: Context
let root: Context
let ada: Person
let smtp: string

beforeAll(async () => {
  database = await createTestDatabase()
  mail = await startMailServer()
})
afterAll(async () => {
  await mail.close()
  await database.drop()
})
beforeEach(async () => {
  clock.set(NOON)
  mail.mails.length = 0
  mail.behave({})
  smtp = mail.url
  ctx = database.context(clock)
  await ctx.whole.query('truncate person, invitation, try_count cascade')
  await ctx.whole.query('delete from outbox')
  ada = await addPerson(ctx, 'ada', 'engineer')
  const { id } = await addPerson(ctx, 'grace', 'admin')
  root = asActor(ctx, person({ id, name: 'Grace', role: 'admin', audience: null }))
  await putSetting(ctx.whole, 'page', {
    name: 'Campus data',
    zone: 'America/New_York',
    readyBy: '08:00',
    url: 'https://status.example.edu/',
    demo: false,
  })
  await putMail({ from: 'tidemark@example.edu', smtp: '${SMTP_URL}' })
})

const putMail = (settings: object | null) => putSetting(ctx.whole, 'people', { roles: [], audiences: [], oidc: null, mail: settings })
const send = (more: { key?: string; signal?: AbortSignal } = {}) =>
  sendLetters(ctx, { lookup: () => smtp, key: ctx.secret, signal: new AbortController().signal, ...more })
const inviteEve = () => invite(root, { email: 'Eve@Example.edu', role: 'viewer', audience: null })

/** The text of a mail, as its reader sees it. */
const textOf = (raw: string | undefined) =>
  (raw ?? '').replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
const tokenIn = (raw: string | undefined) => /https:\/\/status\.example\.edu\/sign-in\/invitation\/([\w-]{43})/.exec(textOf(raw))?.[1] ?? ''

async function outbox() {
  const { rows } = await ctx.whole.query(
    'select sealed, attempts, delivered_at, given_up_at, next_attempt_at, problem from outbox order by id',
  )
  return rows
}

describe('an invitation', () => {
  it('arrives with a link that works, and nothing that is kept tells the link before, meanwhile or after', async () => {
    const { token, isMailed } = await inviteEve()
    expect(isMailed).toBe(true)
    const { rows } = await ctx.whole.query(
      'select o::text as row from outbox o union all select a::text from audit a union all select i::text from invitation i',
    )
    expect(rows.filter(({ row }) => row.includes(token))).toEqual([])
    expect((await outbox())[0].sealed).toMatch(/^[\w-]+$/)

    expect(await send()).toEqual({ delivered: 1, retried: 0, givenUp: 0 })
    expect(mail.mails[0]).toMatch(/^To: eve@example.edu\r?$/m)
    expect(mail.mails[0]).toMatch(/^Subject: You are invited to Campus data\r?$/m)
    expect(textOf(mail.mails[0])).toContain('Grace invites you to Campus data')
    expect(textOf(mail.mails[0])).toContain('works once, until Fri 27 Nov, 07:00 (America/New_York)')
    expect(tokenIn(mail.mails[0])).toBe(token)
    expect(await lookAtInvitation(ctx, tokenIn(mail.mails[0]))).toMatchObject({ invitation: { email: 'eve@example.edu', role: 'viewer' } })
    expect(await outbox()).toMatchObject([
      { sealed: null, attempts: 1, delivered_at: new Date(NOON), next_attempt_at: null, problem: null },
    ])
    expect(await send()).toEqual({ delivered: 0, retried: 0, givenUp: 0 })
  })

  it('is sent once, also by two workers at once', async () => {
    await inviteEve()
    const sent = await Promise.all([send(), send(), send()])
    expect(sent.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(1)
    expect(mail.mails).toHaveLength(1)
  })

  it('that was taken back, used or is over is not sent any more', async () => {
    const { invitation } = await inviteEve()
    await withdrawInvitation(root, invitation.id)
    expect(await send()).toEqual({ delivered: 0, retried: 0, givenUp: 1 })
    await inviteEve()
    clock.set(NOON + 7 * DAY_MS)
    expect(await send()).toEqual({ delivered: 0, retried: 0, givenUp: 1 })
    expect(mail.mails).toEqual([])
    expect((await outbox()).map(({ sealed, problem }) => [sealed, problem])).toEqual(
      Array(2).fill([null, expect.stringContaining('used or taken back, or its time was over')]),
    )
  })

  it('is not mailed where the catalogue names no mail server, nor to nobody in particular', async () => {
    await expect(invite(root, { email: null, role: 'viewer', audience: null })).resolves.toMatchObject({ isMailed: false })
    await putMail(null)
    await expect(inviteEve()).resolves.toMatchObject({ isMailed: false })
    expect(await outbox()).toEqual([])
  })

  it('waits for nothing where the mail server was taken out of the catalogue meanwhile', async () => {
    await inviteEve()
    await putMail(null)
    expect(await send()).toEqual({ delivered: 0, retried: 0, givenUp: 1 })
    expect(await outbox()).toMatchObject([{ sealed: null, problem: 'The catalogue names no mail server any more.' }])
  })

  it('cannot be read with another secret, which is said', async () => {
    await inviteEve()
    expect(await send({ key: 'another' })).toEqual({ delivered: 0, retried: 0, givenUp: 1 })
    expect(await outbox()).toMatchObject([{ sealed: null, problem: expect.stringContaining('TIDEMARK_SECRET') }])
  })

  it('says of an inviter with a strange name nothing that ends a header or is markup', async () => {
    const strange = asActor(ctx, { ...root.actor, name: 'Eve\r\nBcc: all@example.edu <b>' })
    await invite(strange, { email: 'bob@example.edu', role: 'engineer', audience: null })
    await send()
    expect(mail.mails[0]?.split('\r\n\r\n')[0]).not.toMatch(/^Bcc:/im)
    const html = textOf(mail.mails[0]).split('<!doctype html>')[1]
    expect(html).toContain('all@example.edu &lt;b&gt; invites')
    expect(html).not.toContain('<b>')
  })
})

describe('a forgotten password', () => {
  it('is followed by a link for an hour, then by a word that it was changed', async () => {
    const link = await requestReset(ctx, 'ADA@example.edu')
    expect(await send()).toMatchObject({ delivered: 1 })
    const token = tokenIn(mail.mails[0])
    expect([token, link?.invitation.expiresAt]).toEqual([link?.token, NOON + HOUR_MS])
    expect(textOf(mail.mails[0])).toContain(`Hello ${ada.name},`)
    await acceptInvitation(ctx, token, { password: 'a brand new lantern' }, BROWSER)
    expect(await send()).toMatchObject({ delivered: 1 })
    expect(mail.mails[1]).toMatch(/^Subject: Your password for Campus data was changed\r?$/m)
    expect(mail.mails[1]).not.toContain('sign-in/invitation')
  })

  it('is answered in the same words whether there is an account, and refused where no mail is sent', async () => {
    const [known, unknown] = [await mailReset(ctx, 'ada@example.edu'), await mailReset(ctx, 'nobody@example.edu')]
    expect(known).toBe(unknown)
    expect(await mailReset(ctx, `${'x'.repeat(100_000)}@example.edu`)).toBe(known)
    expect(await outbox()).toHaveLength(1)
    await putMail(null)
    for (const email of [ada.email, 'nobody@example.edu']) await expect(mailReset(ctx, email)).rejects.toThrow('sends no mail')
  })

  it('is asked for ten times in a quarter of an hour and no more, whether there is an account or not', async () => {
    for (const email of ['ada@example.edu', 'nobody@example.edu']) {
      for (let times = 0; times < 10; times += 1) await mailReset(ctx, email)
      await expect(mailReset(ctx, email)).rejects.toThrow('Too many tries')
    }
  })

  it('of nobody sends nothing', async () => {
    expect(await requestReset(ctx, 'nobody@example.edu')).toBeNull()
    expect(await outbox()).toEqual([])
  })
})

describe('a mail server that misbehaves', () => {
  it('for now is tried again, soon at first, and the link is kept sealed until then', async () => {
    await inviteEve()
    mail.behave({ receiver: 450 })
    expect(await send()).toEqual({ delivered: 0, retried: 1, givenUp: 0 })
    expect(await outbox()).toMatchObject([
      { sealed: expect.any(String), next_attempt_at: new Date(NOON + 5 * SECOND_MS), problem: expect.stringContaining('450') },
    ])
    expect(await send()).toEqual({ delivered: 0, retried: 0, givenUp: 0 })
    mail.behave({})
    clock.set(NOON + 5 * SECOND_MS)
    expect(await send()).toEqual({ delivered: 1, retried: 0, givenUp: 0 })
    expect(await outbox()).toMatchObject([{ sealed: null, attempts: 2, problem: null }])
  })

  it('for good is not asked again, and the link is forgotten', async () => {
    await inviteEve()
    mail.behave({ receiver: 550 })
    expect(await send()).toEqual({ delivered: 0, retried: 0, givenUp: 1 })
    expect(await outbox()).toMatchObject([{ sealed: null, next_attempt_at: null, problem: expect.stringContaining('550') }])
  })

  it('as long as the link is good is given up with it', async () => {
    await requestReset(ctx, ada.email)
    mail.behave({ data: 451 })
    let now = NOON
    for (let tries = 0; tries < 20; tries += 1) {
      await send()
      const next: Date | null = (await outbox())[0].next_attempt_at
      if (next === null) break
      now = next.getTime()
      clock.set(now)
    }
    expect(now).toBeLessThan(NOON + HOUR_MS)
    expect(now).toBeGreaterThan(NOON + 30 * MINUTE_MS)
    expect(await outbox()).toMatchObject([{ sealed: null, given_up_at: new Date(now), problem: expect.stringContaining('451') }])
  })

  it.each([
    ['hangs up', 'hang up'],
    ['says nothing until the worker stops', 'silence'],
  ] as const)('that %s is tried again', async (_, kind) => {
    const stop = new AbortController()
    const server = createServer((socket) => {
      socket.on('error', () => {})
      if (kind === 'hang up') socket.end('220 hello\r\n', () => socket.destroy())
      else stop.abort()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    smtp = `smtp://user:hidden@127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    await inviteEve()
    expect(await send({ signal: stop.signal })).toEqual({ delivered: 0, retried: 1, givenUp: 0 })
    const [row] = await outbox()
    expect(row.problem).not.toContain('hidden')
    expect(row.sealed).not.toBeNull()
    server.close()
  })

  it('whose address is missing is waited for', async () => {
    await inviteEve()
    smtp = 'mail.example.edu'
    expect(await send()).toEqual({ delivered: 0, retried: 1, givenUp: 0 })
  })
})
