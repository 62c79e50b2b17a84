import { AsyncLocalStorage } from 'node:async_hooks'
import { renderToStaticMarkup } from 'react-dom/server'
import { afterEach, expect, it } from 'vitest'
import type { Asking, WebProcess } from '#app/_lib/web-process.ts'
import { type Actor, person, visitor } from '#lib/domain/access/actor.ts'
import { NoActions } from './no-actions.tsx'

afterEach(() => {
  globalThis.tidemarkWebProcess = undefined
})

/** What it says to somebody, without its marks. */
function said(actor: Actor): string {
  const asking: WebProcess['asking'] = new AsyncLocalStorage()
  const process: Pick<WebProcess, 'asking'> = { asking }
  Object.assign(globalThis, { tidemarkWebProcess: process })
  const asked: Asking = { actor, sessionId: null, site: { origin: 'http://localhost:3000', isSecure: false }, from: null, browser: null }
  const html = asking.run(asked, () => renderToStaticMarkup(<NoActions />))
  return html.replaceAll(/<[^>]+>/g, '')
}

it('asks whom nobody knows to sign in, and tells whoever has what it takes', () => {
  expect(said(visitor(null))).toBe('Sign in as an engineer to ask for a run, a pause or a check here.')
  const viewer = person({ id: 'vera', name: 'Vera', role: 'viewer', audience: null })
  expect(said(viewer)).toBe('An engineer can ask for a run, a pause or a check here.')
})
