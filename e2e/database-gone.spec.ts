import { expect, test } from '@playwright/test'
import { cutLine } from './attack/cut-line.ts'
import { allRoutes } from './attack/routes.ts'
import { startWebServer } from './bench/web-server.ts'
import { openStage } from './stage.ts'

test('while the database is gone JSON and Atom answer 503 in words, and after it is back as before', async () => {
  const stage = await openStage()
  const line = await cutLine(stage.databaseUrl)
  const server = await startWebServer(line.url)
  const paths = allRoutes().filter((path) => /^\/api\/|feed\.atom$/.test(path) && !path.includes('/internal/'))
  const ask = (path: string) => fetch(`${server.url}${path}`, { signal: AbortSignal.timeout(10_000) })
  try {
    await expect(async () => expect((await ask('/api/v1/status')).status).toBe(200)).toPass({ timeout: 20_000 })
    await line.cut()
    for (const path of paths.filter((name) => !/\/(events|moved)$/.test(name))) {
      const query = path.endsWith('/bars') ? '?subjects=feed:terms' : path.endsWith('/days') ? '?subject=feed:terms' : ''
      const answer = await ask(`${path}${query}`)
      // A route that only takes orders.
      if (answer.status === 405) continue
      expect(answer.status, path).toBe(503)
      if (path !== '/api/health') expect(await answer.json(), path).toHaveProperty('problem')
    }
    const order = await fetch(`${server.url}/api/v1/flows/nightly/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect([order.status, order.headers.get('retry-after')]).toEqual([503, '10'])
    await line.mend()
    const back = ['/api/v1/status', '/feed.atom', '/feeds/terms/feed.atom']
    await expect(async () => {
      for (const path of back) expect((await ask(path)).status, path).toBe(200)
    }).toPass({ timeout: 20_000 })
  } finally {
    await server.stop()
    await line.cut().catch(() => {})
    await stage.close()
  }
})
