import { expect } from '@playwright/test'
import { addPerson, PASSWORD } from '#lib/testing/database/people.ts'
import type { Harness } from '../harness.ts'
import { ask, send } from './ask.ts'
import { HOSTILE } from './hostile-world.ts'

/** Signs somebody in who brings along what somebody else put into their browser. */
export async function sessionsBegin(harness: Harness): Promise<void> {
  const stranger = await addPerson(harness.ctx, 'eve', 'viewer')
  const victim = await addPerson(harness.ctx, 'victor', 'engineer')
  const eves = await harness.cookieOf(stranger)
  const name = eves.split('=')[0]
  const fields = { email: victim.email, password: PASSWORD, to: '/account' }
  const brought = [eves, `${name}=${'a'.repeat(32)}.${'b'.repeat(43)}%3D`, `${name}=x; ${eves}`, '']
  const given: string[] = []
  for (const cookie of brought) {
    // From an address of their own: tries are counted for each.
    const { status, setCookie } = await send({ ...harness, cookie }, '/api/sign-in', fields, { 'x-forwarded-for': '198.51.100.9' })
    expect(status, cookie).toBe(303)
    expect(setCookie).toMatch(/; Path=\/; HttpOnly; SameSite=Lax;/)
    given.push(setCookie.split(';')[0] ?? '')
  }
  expect(new Set([...given, ...brought]).size).toBe(given.length + brought.length)
  for (const cookie of brought) expect((await ask({ ...harness, cookie }, '/account')).status, cookie).not.toBe(200)
  for (const cookie of given) expect((await ask({ ...harness, cookie }, '/account')).text).toContain(victim.email)
  // Two of one name: which of them is ours cannot be told.
  expect((await ask({ ...harness, cookie: `${given[0]}; ${given[1]}` }, '/account')).status).not.toBe(200)
  // What may be done is worked out for each request: the session of before gives nobody more, and no less.
  await harness.ctx.whole.query("update person set role = 'viewer' where id = $1", [victim.id])
  expect((await send({ ...harness, cookie: given[0] ?? '' }, `/api/v1/flows/${HOSTILE.flow}/runs`, {})).status).toBe(403)
}
