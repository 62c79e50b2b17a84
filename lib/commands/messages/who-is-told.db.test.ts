import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { invite, mailReset } from '#lib/access/invitations.ts'
import { tellPasswordChanged } from '#lib/access/letters.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { loadIncidentRoots } from '#lib/db/messages/incident-facts.ts'
import { enqueueMessages, loadMessages } from '#lib/db/messages/messages.ts'
import { putSetting } from '#lib/db/settings.ts'
import { person } from '#lib/domain/access/actor.ts'
import email from '#lib/notifiers/email.ts'
import type { Notifier } from '#lib/notifiers/notifier.ts'
import webhook from '#lib/notifiers/webhook.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import { type MailServer, startMailServer } from '#lib/testing/servers/mail-server.ts'
import { openTwoGroups } from '#lib/testing/worlds/two-groups-world.ts'
import { sendLetters } from './send-letters.ts'
import { sendMessages } from './send-messages.ts'

const MARK = `m${randomUUID().slice(0, 8)}`
const SECRET = randomBytes(32).toString('base64')
let world: Awaited<ReturnType<typeof openTwoGroups>>
let ctx: Context
let mail: MailServer
let receiver: HttpReceiver

beforeAll(async () => {
  ;[world, mail, receiver] = await Promise.all([openTwoGroups(MARK, { crosses: true }), startMailServer(), startHttpReceiver()])
  ctx = world.everything
  await ctx.whole.query('delete from outbox')
  await putSetting(ctx.whole, 'tell', {
    email: { to: 'operators@example.edu', from: 'tidemark@example.edu', smtp: '${SMTP_URL}' },
    webhook: { url: receiver.url, secret: '${SIGN}' },
    heartbeat: null,
  })
  await putSetting(ctx.whole, 'people', {
    roles: [],
    audiences: [{ audience: MARK, for: { oidc: [], people: [`${MARK}@campus.example`] } }],
    oidc: null,
    mail: { from: 'tidemark@example.edu', smtp: '${SMTP_URL}' },
  })
})
afterAll(async () => {
  await Promise.all([mail.close(), receiver.close(), world.database.drop()])
})

const sending = () => ({
  lookup: (name: string) => (name === 'SIGN' ? SECRET : mail.url),
  signal: new AbortController().signal,
})

/** What has arrived since this was last asked: to whom, and all of it as its reader sees it. */
const arrived = () =>
  mail.mails.splice(0).map((raw) => ({
    to: /^To: (.*?)\r?$/m.exec(raw)?.[1],
    text: raw.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
  }))
const names = (text: string) => text.toLowerCase().includes(MARK)

describe('what goes out', () => {
  it('to the channels that the catalogue names tells of every feed, and to nobody else; of a feed it names nothing of another group', async () => {
    await Promise.all([addPerson(ctx, 'ada', 'viewer', 'records'), addPerson(ctx, 'eve', 'viewer', 'everybody')])
    const { rows } = await ctx.whole.query<{ id: string }>('select id::text from status_change')
    await enqueueMessages(
      ctx.whole,
      ctx.clock.now(),
      ['email', 'webhook'],
      rows.map(({ id }) => id),
    )
    const notifiers = new Map<string, Notifier>([
      ['email', email],
      ['webhook', webhook],
    ])
    expect(await sendMessages(ctx, { ...sending(), notifiers })).toMatchObject({ delivered: 4 })
    const mails = arrived()
    expect(mails.map(({ to }) => to)).toEqual(['operators@example.edu', 'operators@example.edu'])
    const posts = receiver.requests.map(({ path, headers, body }) => ({ to: path, text: JSON.stringify([headers, body]) }))
    expect(posts.map(({ to }) => to)).toEqual(['/hook', '/hook'])
    for (const some of [mails, posts]) {
      expect(some.filter(({ text }) => names(text))).toHaveLength(1)
      expect(some.filter(({ text }) => text.includes('records-feed') && names(text))).toEqual([])
      expect(some.filter(({ text }) => text.includes('records-feed') && text.includes('Somebody'))).toHaveLength(1)
    }
  })

  it('of a run that failed tells the channels its words without the people of another group', async () => {
    const problem = `It waited for the contract about lake/records to be kept again: it is gone (promised by "${MARK}"; read by "Somebody" and "O'Hara '${MARK}'").`
    await ctx.whole.query('update subject set name = $1 where id = 13', [`O'Hara "${MARK}"`])
    await ctx.whole.query(
      "update run set state = 'failed', scheduled_for = '2026-10-01', ended_at = '2026-10-01', problem = $1 where flow = 'records-flow'",
      [problem],
    )
    const { rows } = await ctx.whole.query<{ id: string }>(`
      with promised as (update asset set promised = true where subject_id = 4),
        span as (insert into status_span (subject_id, status, reason, from_at) values (4, 'stale', 'run-failed', '2026-10-01')),
        about as (
          insert into incident (id, key, opened_at, opened_by, status, roots, statuses, entries, causes, related)
          values (31, 'flow:records-flow@0', now(), 'flow:records-flow', 'stale', '[{"key": "flow:records-flow", "since": 0, "from": 0, "to": null}]', '[]', '[]', '{flow:records-flow}', '{}')),
        member as (insert into incident_member values (31, 4, now(), null)),
        turned as (insert into status_change (subject_id, to_status, reason, at, recorded_at) values (2, 'stale', 'run-failed', '2026-10-02', '2026-10-02') returning id)
      insert into outbox (channel, change_id, created_at) select 'email', id, now() from turned returning id::text`)
    const [message] = await loadMessages(
      ctx.whole,
      rows.map(({ id }) => id),
    )
    const [root] = await loadIncidentRoots(ctx.whole, 31)
    await ctx.whole.query('delete from outbox')
    for (const words of [message?.failedRun?.words, root?.says]) expect(words).toMatch(/it is gone \(read by "Somebody"\)/)
  })

  it('to a person says nothing of the data: neither an invitation, whatever it lets them see, nor a reset, nor that a password was changed', async () => {
    const grace = await addPerson(ctx, 'grace', 'admin')
    const root = asActor(ctx, person({ id: grace.id, name: grace.name, role: 'admin', audience: null }))
    await invite(root, { email: 'new@example.edu', role: 'viewer', audience: MARK })
    await invite(root, { email: 'engineer@example.edu', role: 'engineer', audience: null })
    const hidden = await addPerson(ctx, MARK, 'engineer', MARK)
    await mailReset(ctx, 'ada@example.edu')
    await mailReset(ctx, 'nobody@example.edu')
    await tellPasswordChanged(ctx, ctx.whole, grace)
    await tellPasswordChanged(ctx, ctx.whole, hidden)
    await sendLetters(ctx, { ...sending(), key: ctx.secret })
    const mails = arrived()
    expect(mails.map(({ to }) => to).sort()).toEqual(['ada', 'engineer', 'grace', MARK, 'new'].map((name) => `${name}@example.edu`).sort())
    // Their own name stands in what is written to them.
    expect(mails.filter(({ text }) => names(text)).map(({ to }) => to)).toEqual([`${MARK}@example.edu`])
    for (const { to, text } of mails) for (const name of ['records', 'lake']) expect(text.includes(name), `${name} to ${to}`).toBe(false)
  })
})
