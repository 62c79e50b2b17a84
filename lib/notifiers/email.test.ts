import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { aStatusMessage } from '#lib/testing/history/status-message.ts'
import { type MailServer, startMailServer } from '#lib/testing/servers/mail-server.ts'
import { renderMail } from './email/render.ts'
import email from './email.ts'

const clock = new FakeClock('2026-11-20T12:00:00Z')
let mail: MailServer
beforeAll(async () => {
  mail = await startMailServer()
})
beforeEach(() => {
  mail.mails.length = 0
  mail.behave({})
})
afterAll(() => mail.close())

const settings = (smtp = mail.url) => ({ to: 'team@campus.example', from: 'Tidemark <tidemark@campus.example>', smtp })
const send = (smtp?: string, signal = new AbortController().signal) => email.send(settings(smtp), aStatusMessage(), { clock, signal })

describe('a mail', () => {
  test('can be told as a repeat and as written by a machine', async () => {
    await send()
    await send()
    const ids = mail.mails.map((text) => /^Message-ID: (.*)$/im.exec(text)?.[1]?.trim())
    expect(ids).toEqual(['<msg_0123456789abcdef@campus.example>', '<msg_0123456789abcdef@campus.example>'])
    expect(mail.mails[0]).toMatch(/^Auto-Submitted: auto-generated\r?$/m)
    expect(mail.mails[0]).toMatch(/^Date: Fri, 20 Nov 2026 12:00:00 \+0000\r?$/m)
    expect(mail.mails[0]).toContain('multipart/alternative')
  })

  test('says in words what was expected, what is, since when and where to look', () => {
    const { subject, text, html } = renderMail(aStatusMessage())
    expect(subject).toBe('Terms is late – Campus data')
    expect(text).toContain('Terms (Student records) is late since Fri 20 Nov 2026, 01:45 (America/New_York) (was fresh).')
    expect(text).toContain('Expected: every day at 01:00.')
    expect(text).toContain('Owner: registrar-data@campus.example')
    expect(html).toContain('href="https://status.campus.example/feeds/terms"')
  })

  test('tells what the run says, on one line and as text', () => {
    const { text, html } = renderMail(aStatusMessage({ failure: '<b>SAP</b> could\nnot be read. Five nights in a row the same error.' }))
    expect(text).toContain('did not succeed.\nThe run says: <b>SAP</b> could not be read. Five nights in a row the same error.\n')
    expect(html).toContain('<p>The run says: &lt;b&gt;SAP&lt;/b&gt; could not be read.')
    expect(renderMail(aStatusMessage()).text).not.toContain('The run says')
  })

  test('is not broken by strange names', async () => {
    const strange = aStatusMessage({ feedName: 'A <b>"&\r\nBcc: all@campus.example', pageName: 'Ünï' })
    expect(renderMail(strange).subject).not.toMatch(/[\r\n]/)
    expect(renderMail(strange).html).toContain('A &lt;b&gt;&quot;&amp;')
    expect(await email.send(settings(), strange, { clock, signal: new AbortController().signal })).toEqual({ ok: true })
    expect(mail.mails[0]?.split('\r\n\r\n')[0]).not.toMatch(/^Bcc:/im)
  })
})

describe('a mail server that misbehaves', () => {
  test.each([
    ['receiver', 450, 'retry'],
    ['receiver', 550, 'rejected'],
    ['data', 451, 'retry'],
    ['data', 554, 'rejected'],
    ['login', 454, 'retry'],
    ['login', 535, 'rejected'],
  ] as const)('that answers at %s with %i leads to %s', async (stage, status, kind) => {
    mail.behave({ [stage]: status })
    expect(await send()).toMatchObject({ ok: false, kind, problem: expect.stringContaining(String(status)) })
  })

  test('that is not there is tried again, and its password is not told', async () => {
    expect(await send('smtp://user:hidden@127.0.0.1:1')).toMatchObject({
      ok: false,
      kind: 'retry',
      problem: expect.not.stringContaining('hidden'),
    })
  })

  const sockets = async (onConnect: Parameters<typeof createServer>[1] & object): Promise<{ server: Server; url: string }> => {
    const server = createServer(onConnect)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return { server, url: `smtp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` }
  }

  test('that hangs up is tried again', async () => {
    const { server, url } = await sockets((socket) => socket.end('220 hello\r\n', () => socket.destroy()))
    expect(await send(url)).toMatchObject({ ok: false, kind: 'retry' })
    server.close()
  })

  test('that says nothing is given up in time', async () => {
    const stop = new AbortController()
    const { server, url } = await sockets((socket) => {
      socket.on('error', () => {})
      stop.abort()
    })
    expect(await send(url, stop.signal)).toEqual({ ok: false, kind: 'retry', problem: 'The mail server did not finish in time.' })
    server.close()
  })
})
