import { expect } from '@playwright/test'
import { addPerson } from '#lib/testing/database/people.ts'
import type { Harness } from '../harness.ts'
import { ask, send, sendJson } from './ask.ts'
import { contentsOf, HOSTILE } from './hostile-world.ts'

/** Sends what a browser sends that another page, or an old one, has made send it. */
export async function formsFromElsewhere(harness: Harness): Promise<void> {
  const [viewer, engineer] = [await addPerson(harness.ctx, 'vera', 'viewer'), await addPerson(harness.ctx, 'emil', 'engineer')]
  const asViewer = { ...harness, cookie: await harness.cookieOf(viewer) }
  const asEngineer = { ...harness, cookie: await harness.cookieOf(engineer) }
  const path = '/api/v1/pauses'
  const fields = { subject: `feed:${HOSTILE.feed}`, for: '2h', note: 'forged' }
  const foreign = [
    'null',
    'http://evil.example',
    `${harness.url}.evil.example`,
    'https://127.0.0.1',
    'http://127.0.0.1',
    '',
    'file://',
    'nonsense',
  ]
  const before = await contentsOf(harness.ctx, ['audit', 'try_count'])
  for (const origin of foreign) expect((await send(asEngineer, path, fields, { origin })).status, origin).toBe(403)
  for (const site of ['cross-site', 'same-site', 'none', 'nonsense'])
    expect((await send(asEngineer, path, fields, { 'sec-fetch-site': site })).status, site).toBe(403)
  for (const type of ['text/plain', 'application/json'])
    expect(
      (await sendJson(asEngineer, path, JSON.stringify(fields), { origin: 'http://evil.example', 'content-type': type })).status,
      type,
    ).toBe(403)
  for (const verb of ['GET', 'HEAD', 'OPTIONS']) {
    const { text } = await ask(asEngineer, `${path}?${new URLSearchParams(fields)}`, {
      method: verb,
      headers: { origin: 'http://evil.example' },
    })
    expect(text).not.toContain('access-control-allow')
  }
  // The form was opened by the engineer: sent after they signed out, then with the viewer signed in, in the same browser.
  expect((await send({ ...harness, cookie: '' }, path, fields, { 'x-forwarded-for': '198.51.100.9' })).status).toBe(401)
  expect((await send(asViewer, path, fields)).status).toBe(403)
  expect((await send(asEngineer, '/api/sign-out', {}, { origin: 'http://evil.example' })).status).toBe(403)
  expect((await ask(asEngineer, '/account')).status).toBe(200)
  expect(await contentsOf(harness.ctx, ['audit', 'try_count'])).toEqual(before)
  const { rows } = await harness.ctx.whole.query<{ actor: string }>(
    "select distinct actor from audit where action = 'window.open' and actor_id = any($1)",
    [[viewer.id, engineer.id]],
  )
  expect(rows.map(({ actor }) => actor).sort()).toEqual(['Emil', 'Vera'])
  expect((await send(asEngineer, path, fields)).status).toBe(303)
}
