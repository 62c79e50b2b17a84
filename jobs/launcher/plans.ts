import { existsSync } from 'node:fs'
import { z } from 'zod'
import type { ChildPlan } from './child.ts'
import { type Settings, webEnvironment, workerEnvironment } from './environment.ts'

const WEB = 'app/serve.mjs'
const WORKER = 'jobs/worker.ts'
const DEMO = 'demo/main.ts'

export const DEMO_CATALOGUE = 'demo/catalogue'

/** The demo's message once its servers listen: the variables its catalogue refers to. */
const readySchema = z.object({ kind: z.literal('ready'), environment: z.record(z.string(), z.string()) })

export function hasDemo(): boolean {
  return existsSync(DEMO) && existsSync(DEMO_CATALOGUE)
}

/** Answers are short-lived: with a young generation of Node's own size they wait in 130 MB for their collection (`npm run bench`). Those that wait
 * for the database grow old, and on a large machine Node collects the old ones late, too: one run of 50 readers, 800 answers of /connections and 2,500
 * of /, took 332 MB at its peak without the second option, and 219 MB with it. */
export const WEB_OPTIONS = ['--max-semi-space-size=8', '--max-old-space-size=512'] as const

export function webPlan(settings: Settings, host: string): ChildPlan {
  const port = String(settings.environment.port)
  return {
    name: 'web',
    options: WEB_OPTIONS,
    run: [WEB, '--hostname', host, '--port', port, ...(settings.isDevelopment ? ['--dev'] : [])],
    environment: webEnvironment(settings),
    loud: settings.isDevelopment,
  }
}

/** On a large machine Node lets garbage grow to half a gigabyte. With these options and the variables below, a run of 100,000 people
 * takes less than 300 MB (`npm run bench`). */
export const WORKER_OPTIONS = ['--max-semi-space-size=4', '--max-old-space-size=512'] as const

/** glibc raises its mmap threshold to the largest freed buffer and keeps what is below (mallopt(3), M_MMAP_THRESHOLD): fixed, it gives
 * buffers back. Other systems ignore these. */
export const WORKER_VARIABLES = { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_ARENA_MAX: '2' } as const

export function workerPlan(settings: Settings, additions?: Record<string, string>): ChildPlan {
  const environment = workerEnvironment(settings, { ...WORKER_VARIABLES, ...additions })
  return { name: 'worker', options: WORKER_OPTIONS, run: [WORKER], environment, loud: true }
}

/** `onReady` is called with the variables for the worker, again after each restart. */
export function demoPlan(settings: Settings, onReady: (environment: Record<string, string>) => void): ChildPlan {
  return {
    name: 'demo campus',
    run: [DEMO],
    environment: workerEnvironment(settings),
    loud: true,
    onMessage: (message) => {
      const ready = readySchema.safeParse(message)
      if (ready.success) onReady(ready.data.environment)
    },
  }
}
