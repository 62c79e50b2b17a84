import { startCampus } from '#demo/campus/campus.ts'
import { putSetting } from '#lib/db/settings.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { startRealWorker } from './real-worker.ts'
import { against, type Figure, percentile } from './report.ts'
import { startWebServer } from './web-server.ts'

const RUNS = 15
const PATIENCE_MS = 60_000

/** Asks again and again until what is read fits; throws when it never does. */
async function readUntil(url: string, fits: (text: string) => boolean): Promise<void> {
  const giveUpAt = systemClock.now() + PATIENCE_MS
  while (!fits(await (await fetch(url)).text())) {
    if (systemClock.now() > giveUpAt) throw new Error(`${url} never says what was waited for`)
    await systemClock.sleep(5)
  }
}

/** Orders runs of a short flow from a real web process and worker; how long until the page of the run says that it has begun. */
export async function measureRunNow(): Promise<Figure[]> {
  const campus = await startCampus({ clock: systemClock, coursesPerTerm: 1 })
  const worker = await startRealWorker(campus)
  const web = await startWebServer(worker.databaseUrl)
  try {
    await worker.run('term')
    await putSetting(worker.ctx.pool, 'access', 'private')
    const samples: number[] = []
    for (let run = 0; run < RUNS; run += 1) {
      const from = performance.now()
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${web.url}/api/v1/flows/term/runs`, { method: 'POST', headers, body: '{}' })
      if (!answer.ok) throw new Error(`the order was answered with ${answer.status}: ${await answer.text()}`)
      const { location } = await answer.json()
      await readUntil(`${web.url}${location}`, (page) => page.includes('</h1>') && !page.includes('>Planned<'))
      samples.push(performance.now() - from)
      await readUntil(`${web.url}/api/v1${location}`, (text) => JSON.parse(text).endedAt !== null)
    }
    const name = `Run now → running on the page: median ${percentile(samples, 0.5).toFixed(0)} ms, 95 %`
    return [against(name, percentile(samples, 0.95), ' ms', { atMost: 300 })]
  } finally {
    await web.stop()
    await worker.stop()
    await campus.close()
  }
}
