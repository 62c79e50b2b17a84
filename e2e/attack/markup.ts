import { expect, type Page } from '@playwright/test'
import type { Harness } from '../harness.ts'
import { ask, inTurn } from './ask.ts'
import { HOSTILE, MARK, TAKEN_FOR_MARKUP } from './hostile-world.ts'
import { headOf, portOf, rawRequest } from './raw-request.ts'
import { allRoutes } from './routes.ts'

/** Reads everything, and looks at some of it in a browser. */
export async function markupIsText(harness: Harness, page: Page): Promise<void> {
  const marked: string[] = []
  const wrong: string[] = []
  const routes = [...allRoutes(HOSTILE), '/', '/catalogue?q=taken', '/admin/audit/export?format=csv', '/admin/audit/export?format=ndjson']
  await inTurn(
    routes.filter((path) => !path.endsWith('/events')),
    8,
    async (path) => {
      for (const rsc of path.startsWith('/api/') ? [''] : ['', '1']) {
        const { type, text } = await ask(harness, path, { headers: { rsc } })
        if (text.includes(MARK)) marked.push(path)
        if (/html|xml/.test(type) ? TAKEN_FOR_MARKUP.test(text) : !/nosniff/.test(text)) wrong.push(`${type} ${path}`)
      }
    },
  )
  expect(wrong).toEqual([])
  for (const path of [
    '/',
    `/feeds/${HOSTILE.feed}`,
    `/runs/${HOSTILE.run}`,
    '/connections',
    '/runs',
    '/admin/audit',
    '/admin/catalogue',
    '/feed.atom',
    '/api/v1/status',
  ])
    expect(marked, path).toContain(path)
  const head = headOf('GET', '/api/v1/events', { cookie: harness.cookie, 'last-event-id': '0' })
  const stream = await rawRequest(portOf(harness), head, { enough: (text) => text.includes('event: change') })
  expect(stream.body).toContain('event: change')
  expect(stream.body).not.toContain(MARK)

  await harness.signIn(page.context())
  for (const path of ['/', `/runs/${HOSTILE.run}`]) {
    await page.goto(`${harness.url}${path}`)
    await expect(page.getByText(MARK).first()).toBeAttached()
    await expect(page.locator('img[src="x"]')).toHaveCount(0)
    expect(await page.title(), path).not.toBe(MARK)
  }
}
