import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { POST as changePassword } from '#app/api/account/password/route.ts'
import { POST as endSessions } from '#app/api/account/sessions/end/route.ts'
import { POST as signInAtDemo } from '#app/api/sign-in/demo/route.ts'
import { POST as forget } from '#app/api/sign-in/forgotten/route.ts'
import { POST as acceptInvitation } from '#app/api/sign-in/invitation/[token]/route.ts'
import { POST as signIn } from '#app/api/sign-in/route.ts'
import { POST as signOut } from '#app/api/sign-out/route.ts'
import { POST as requestRun } from '#app/api/v1/flows/[flow]/runs/route.ts'
import { firstAdminLink } from '#lib/access/invitations.ts'
import { knownBrowserIn } from '#lib/access/known-browser.ts'
import { readSealedWords } from '#lib/access/sealed-words.ts'
import { whoAsks } from '#lib/access/sessions.ts'
import { atTerminal, OUTSIDER } from '#lib/domain/access/actor.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { addPerson, PASSWORD } from '#lib/testing/database/people.ts'
import { formRequest, NOBODY, openWebWorld, type WebWorld } from '#lib/testing/worlds/web-world.ts'
import type { Asking, WebProcess } from './web-process.ts'

const { site: SITE } = NOBODY
let world: WebWorld
let web: WebProcess

beforeEach(async () => {
  world = await openWebWorld()
  web = world.web
})
afterEach(() => world.close())

const send = (handler: () => Promise<Response>, asking = NOBODY) => web.asking.run(asking, handler)
/** Where an answer leads, and what is said there. */
function led(answer: Response) {
  const to = new URL(answer.headers.get('location') ?? '', 'http://localhost:3000')
  const said = readSealedWords(web.context, to.searchParams.get('said') ?? undefined)
  to.searchParams.delete('said')
  return { status: answer.status, to: `${to.pathname}${to.search}`, said }
}
async function asOwner(answer: Response): Promise<Asking> {
  const found = await whoAsks(web.context, SITE, answer.headers.get('set-cookie')?.split(';')[0] ?? '')
  return { ...NOBODY, ...(found ?? {}) }
}
const audit = async () => (await web.context.whole.query('select action, actor, refusal is null as done from audit order by id')).rows
const GOOD = { email: 'ada@example.edu', password: PASSWORD }

describe('the form to sign in', () => {
  it('leads on to where somebody wanted to go, with a session, and nowhere else', async () => {
    await addPerson(web.context, 'ada')
    for (const [to, place] of [
      ['/runs?flow=x', '/runs?flow=x'],
      ['//evil.example', '/'],
      ['https://evil.example', '/'],
    ] as const) {
      const answer = await send(() => signIn(formRequest({ ...GOOD, to })))
      expect(led(answer)).toEqual({ status: 303, to: place, said: null })
      expect((await asOwner(answer)).actor.name).toBe('Ada')
    }
    expect(await audit()).toEqual(Array(3).fill({ action: 'sign-in', actor: 'Ada', done: true }))
  })

  it('makes the browser known as the owner’s, for their account alone', async () => {
    await addPerson(web.context, 'ada')
    const [, known = ''] = (await send(() => signIn(formRequest(GOOD)))).headers.getSetCookie()
    expect(known).toMatch(/^tidemark-3000-known=.*; HttpOnly; SameSite=Lax; Max-Age=15552000$/)
    const knows = (email: string) => knownBrowserIn(web.context, SITE, known.split(';')[0] ?? '', email) !== null
    expect([knows(GOOD.email), knows('bob@example.edu')]).toEqual([true, false])
  })

  it('leads back to itself when it was wrong, says so, and keeps no password; a program is answered in JSON', async () => {
    const wrong = { ...GOOD, password: 'not the right one' }
    const answer = await send(() => signIn(formRequest({ ...wrong, to: '/runs' })))
    expect(led(answer)).toEqual({ status: 303, to: '/sign-in?to=%2Fruns', said: 'This address and this password do not go together.' })
    const json = new Request('http://localhost:3000/api/sign-in', {
      method: 'POST',
      body: JSON.stringify(wrong),
      headers: { host: 'localhost:3000', 'content-type': 'application/json' },
    })
    const told = await send(() => signIn(json))
    expect([told.status, await told.json()]).toEqual([
      401,
      { problem: 'This address and this password do not go together.', location: '/sign-in' },
    ])
    expect(await audit()).toEqual(Array(2).fill({ action: 'sign-in', actor: null, done: false }))
  })

  it('says when to come back after too many tries', async () => {
    await web.context.whole.query(
      `insert into try_count values ('account:' || rtrim(translate(encode(sha256('ada@example.edu'), 'base64'), '+/', '-_'), '='), now(), 10)`,
    )
    const json = () =>
      new Request('http://localhost:3000/api/sign-in', {
        method: 'POST',
        body: JSON.stringify(GOOD),
        headers: { host: 'localhost:3000', 'content-type': 'application/json' },
      })
    const told = await send(() => signIn(json()))
    expect(told.status).toBe(429)
    expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(led(await send(() => signIn(formRequest(GOOD)))).said).toMatch(/^Too many tries\. Try again in 1[45] minutes\.$/)
    expect(await audit()).toHaveLength(1)
  })

  it('of another page signs nobody in', async () => {
    await addPerson(web.context, 'ada')
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
      expect((await send(() => signIn(formRequest(GOOD, headers as Record<string, string>)))).status).toBe(403)
    expect((await web.context.whole.query('select 1 from person_session')).rowCount).toBe(0)
    expect(await audit()).toEqual(Array(2).fill({ action: 'sign-in', actor: null, done: false }))
  })
})

describe('somebody who signed in', () => {
  it('changes their password, ends other sessions and signs out, each with one entry', async () => {
    await addPerson(web.context, 'ada')
    const ada = await asOwner(await send(() => signIn(formRequest(GOOD))))
    await send(() => signIn(formRequest(GOOD)))
    expect(led(await send(() => endSessions(formRequest({})), ada))).toEqual({
      status: 303,
      to: '/account',
      said: 'One session has ended.',
    })
    const next = 'kestrel over the fen'
    const change = (fields: Record<string, string>) => send(() => changePassword(formRequest(fields)), ada)
    expect(led(await change({ password: PASSWORD, next, again: 'another' })).said).toBe('The two new passwords are not the same.')
    expect(led(await change({ password: PASSWORD, next, again: next })).said).toContain('Your password is changed')
    const out = await send(() => signOut(formRequest({})), ada)
    expect(led(out)).toEqual({ status: 303, to: '/sign-in', said: 'You have signed out.' })
    expect(out.headers.get('set-cookie')).toBe('tidemark-3000=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0')
    expect(out.headers.get('clear-site-data')).toBe('"cache"')
    expect((await web.context.whole.query('select 1 from person_session')).rowCount).toBe(0)
    const actions = (await audit()).map(({ action, done }) => `${action}${done ? '' : ' refused'}`)
    expect(actions).toEqual(['sign-in', 'sign-in', 'session.end', 'password.change refused', 'password.change', 'sign-out'])
  })
})

describe('somebody nobody knows', () => {
  it('becomes the first admin by the link, whose form says what is wrong with it', async () => {
    const token = (await firstAdminLink({ ...web.context, actor: atTerminal('root') }))?.token ?? ''
    const follow = (fields: Record<string, string>) =>
      send(() => acceptInvitation(formRequest(fields), { params: Promise.resolve({ token }) }))
    const fields = { email: 'ada@example.edu', name: 'Ada', password: 'kestrel over the fen', again: 'kestrel over the fen' }
    const back = led(await follow({ ...fields, password: 'short', again: 'short' }))
    expect(back).toEqual({
      status: 303,
      to: `/sign-in/invitation/${token}?email=ada%40example.edu&name=Ada`,
      said: expect.stringContaining('at least 12'),
    })
    const answer = await follow(fields)
    expect([led(answer).to, (await asOwner(answer)).actor.role]).toEqual(['/', 'admin'])
    expect(led(await follow(fields)).said).toContain('This link was used already')
  })

  it('orders nothing: they are told to sign in, with an entry each', async () => {
    const params = Promise.resolve({ flow: 'course' })
    const answer = await send(() => requestRun(formRequest({}), { params }))
    expect([answer.status, (await answer.text()).includes('Sign in to do this. <a href="/sign-in">Sign in</a>')]).toEqual([401, true])
    expect(led(await send(() => changePassword(formRequest({ password: '', next: '', again: '' })))).said).toBe('Sign in to do this.')
    expect((await audit()).map(({ action }) => action)).toEqual(['run.request', 'password.change'])
  })
})

describe('a token that lets nobody in', () => {
  const invited = { params: Promise.resolve({ token: 'none' }) }
  /** As the door hands it over, which has a copy of the class of its own. */
  async function refusedAtTheDoor(code: 'unauthorized' | 'forbidden'): Promise<Asking> {
    vi.resetModules()
    const atTheDoor = await import('#lib/domain/tidemark-error.ts')
    expect(atTheDoor.TidemarkError).not.toBe(TidemarkError)
    const challenge = code === 'forbidden' ? 'insufficient_scope' : 'invalid_token'
    return {
      ...NOBODY,
      actor: OUTSIDER,
      refusal: new atTheDoor.TidemarkError(code, { publicMessage: 'This token lets nobody in.', challenge }),
    }
  }
  it.each<[string, () => Promise<Response>]>([
    ['sign in', () => signIn(formRequest(GOOD))],
    ['sign in at the demo', () => signInAtDemo(formRequest({ who: 'admin' }))],
    ['ask for another password', () => forget(formRequest({ email: GOOD.email }))],
    ['follow an invitation', () => acceptInvitation(formRequest({ name: 'Ada' }), invited)],
    ['start a run', () => requestRun(formRequest({}), { params: Promise.resolve({ flow: 'x' }) })],
  ])('is refused when it is to %s, by a status and in words, with one entry each time', async (_, handler) => {
    for (const [code, status] of [
      ['unauthorized', 401],
      ['forbidden', 403],
    ] as const) {
      const answer = await send(handler, await refusedAtTheDoor(code))
      expect([answer.status, answer.headers.get('location')]).toEqual([status, null])
      expect(answer.headers.get('www-authenticate')).toContain('Bearer')
      expect(await answer.text()).toContain('This token lets nobody in.')
    }
    expect(await audit()).toMatchObject([{ done: false }, { done: false }])
  })
})
