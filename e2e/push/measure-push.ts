import { performance } from 'node:perf_hooks'
import { systemClock } from '#lib/platform/clock.ts'
import { against, type Figure, percentile } from '../bench/report.ts'
import { loadOf, openPushScene, type PushScene } from './push-scene.ts'

const ASSETS = 200
const BATCH = 100
const SENDERS = 4
const SECONDS = 60
/** As fast as they can: what is accepted beyond what is carried over meanwhile takes several times as long to work off. */
const FAST_SECONDS = 10
/** So many events a second are promised. */
const RATE = 1000
const SINGLES = 200

/** How long ago the newest event came whose status is up to date, the worst of all looks. */
async function watchLag({ ctx }: PushScene, isOver: () => boolean): Promise<number> {
  let worst = 0
  while (!isOver()) {
    const { rows } = await ctx.whole.query<{ oldest: Date | null }>(
      'select min(received_at) as oldest from push_inbox where taken_at is null',
    )
    if (rows[0]?.oldest) worst = Math.max(worst, systemClock.now() - rows[0].oldest.getTime())
    await systemClock.sleep(100)
  }
  return worst
}

/** Sends batches from all senders, at most `perSecond` events; how many were accepted a second, and how long at worst until they counted. */
async function flood(
  scene: PushScene,
  url: string,
  runs: { next: number },
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<{ rate: number; lagMs: number }> {
  let [accepted, sent, isOver] = [0, 0, false]
  const lag = watchLag(scene, () => isOver)
  const from = performance.now()
  const elapsed = () => (performance.now() - from) / 1000
  const send = async (): Promise<void> => {
    while (elapsed() < seconds) {
      const ahead = sent / perSecond - elapsed()
      if (ahead > 0) await systemClock.sleep(ahead * 1000)
      sent += BATCH
      const batch = Array.from({ length: BATCH }, () => {
        runs.next += 1
        return loadOf(runs.next % ASSETS, runs.next)
      })
      if ((await scene.send(url, batch)) === 201) accepted += BATCH
    }
  }
  let rate = 0
  try {
    await Promise.all(Array.from({ length: SENDERS }, send))
    rate = accepted / elapsed()
    await scene.untilTaken()
  } finally {
    isOver = true
    // Before anybody closes the database.
    await Promise.allSettled([lag])
  }
  return { rate, lagMs: await lag }
}

/** A real web process and worker: batches from four senders over two hundred assets, as fast as they can and at the rate that is promised, then single posts. */
export async function measurePush(): Promise<Figure[]> {
  const scene = await openPushScene(ASSETS)
  const [web, worker] = [await scene.startWeb(), scene.startWorker()]
  const runs = { next: 0 }
  try {
    await scene.send(web.url, [loadOf(0, 0)])
    await scene.untilTaken()
    const paced = await flood(scene, web.url, runs, { perSecond: RATE, seconds: SECONDS })
    const fast = await flood(scene, web.url, runs, { perSecond: Number.POSITIVE_INFINITY, seconds: FAST_SECONDS })
    const singles: number[] = []
    for (let i = 0; i < SINGLES; i += 1) {
      runs.next += 1
      const sentAt = performance.now()
      await scene.send(web.url, [loadOf(runs.next % ASSETS, runs.next)])
      singles.push(performance.now() - sentAt)
    }
    const what = `batches of ${BATCH} from ${SENDERS} senders`
    return [
      against(`${what}: events accepted`, fast.rate, '/s', { atLeast: RATE }),
      { name: 'from there to the status, at worst', value: `${(fast.lagMs / 1000).toFixed(1)} s` },
      against(`at ${paced.rate.toFixed(0)} events a second: to the status, at worst`, paced.lagMs / 1000, ' s', { atMost: 5 }),
      { name: `single posts: median ${percentile(singles, 0.5).toFixed(1)} ms, 95 %`, value: `${percentile(singles, 0.95).toFixed(1)} ms` },
    ]
  } finally {
    await web.stop()
    await worker.kill()
    await scene.close()
  }
}
