import { systemClock } from '#lib/platform/clock.ts'
import { dice } from '#lib/testing/push/push-world.ts'
import type { WebServer } from '../bench/web-server.ts'
import { loadOf, openPushScene, type PushScene } from '../push/push-scene.ts'
import type { WorkerProcess } from './worker-process.ts'

const ASSETS = 20
const BATCH = 25
const SENDERS = 4
/** One kill for so many events: by time alone, a slow machine would be killed more often and prove nothing more. */
const EVENTS_PER_KILL = 100

/** The web process and the worker, of which one after the other is killed and started again. */
class Processes {
  readonly #scene: PushScene
  #web: WebServer | undefined
  #worker: WorkerProcess | undefined
  kills = 0

  constructor(scene: PushScene) {
    this.#scene = scene
  }

  get url(): string {
    return this.#web?.url ?? ''
  }

  async start(): Promise<void> {
    this.#web = await this.#scene.startWeb()
    this.#worker = this.#scene.startWorker()
  }

  async killWeb(): Promise<void> {
    this.#web?.child.kill('SIGKILL')
    this.#web = await this.#scene.startWeb()
    this.kills += 1
  }

  async killWorker(): Promise<void> {
    await this.#worker?.kill()
    this.#worker = this.#scene.startWorker()
    this.kills += 1
  }

  async stop(): Promise<void> {
    await Promise.all([this.#web?.stop(), this.#worker?.kill()])
  }
}

/**
 * Four senders push `events` events, again until they are answered, while the web process and the worker are killed in the middle of it. Answers everything
 * that is not as it should be: all that was accepted is there, once, and has become a fact, once.
 */
export async function crashPushes(events: number, seed: number): Promise<string[]> {
  const scene = await openPushScene(ASSETS)
  const processes = new Processes(scene)
  const random = dice(seed)
  try {
    await processes.start()
    let isOver = false
    let next = 0
    const send = async (): Promise<void> => {
      while (next < events) {
        const from = next
        next += BATCH
        const batch = Array.from({ length: Math.min(BATCH, events - from) }, (_, i) => loadOf((from + i) % ASSETS, from + i))
        for (let status: number | null = null; status !== 200 && status !== 201; ) {
          status = await scene.send(processes.url, batch)
          if (status !== 200 && status !== 201) await systemClock.sleep(50)
        }
      }
    }
    const kill = async (): Promise<void> => {
      while (!isOver && processes.kills < events / EVENTS_PER_KILL) {
        await systemClock.sleep(200 + random() * 600)
        if (!isOver) await (random() < 0.5 ? processes.killWeb() : processes.killWorker())
      }
    }
    const killing = kill()
    await Promise.all(Array.from({ length: SENDERS }, send))
    isOver = true
    await killing
    await processes.killWorker()
    await scene.untilTaken()
    return [...(await checkStored(scene, events)), ...(processes.kills < 2 ? ['nothing was killed'] : [])]
  } finally {
    await processes.stop()
    await scene.close()
  }
}

async function checkStored({ ctx }: PushScene, events: number): Promise<string[]> {
  const { rows } = await ctx.whole.query<{ stored: number; runs: number; loads: number; assets: number; fresh: number; failed: number }>(
    `select (select count(*) from push_inbox)::int as stored, (select count(*) from push_run)::int as runs,
       (select count(*) from push_inbox where tries > 0)::int as failed,
       (select count(*) from arrival where clock = 'loadedAt')::int as loads,
       (select count(distinct asset_id) from arrival)::int as assets,
       (select count(*) from status_span p join subject s on s.id = p.subject_id where s.kind = 'asset' and p.to_at is null and p.status = 'fresh')::int as fresh`,
  )
  const wanted = { stored: events, runs: events, loads: events, assets: ASSETS, fresh: ASSETS, failed: 0 }
  return sameFigures(rows[0], wanted) ? [] : [`of ${events} accepted events: ${JSON.stringify(rows[0])}`]
}

function sameFigures(found: Record<string, number> | undefined, wanted: Record<string, number>): boolean {
  return Object.entries(wanted).every(([name, value]) => found?.[name] === value)
}
