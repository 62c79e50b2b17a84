import { z } from 'zod'
import type { Clock } from '#lib/platform/clock.ts'
import { bindAddress } from './bind-address.ts'
import { keepRunning, type Running } from './child.ts'
import type { Settings } from './environment.ts'
import { webPlan } from './plans.ts'

const ACCESS_EVERY_MS = 15_000
const ANSWER_MS = 10_000

/** Where the web listens as things are now: HOST, or what the catalogue's `access` implies. */
export function addressOf(settings: Settings): Promise<string> {
  const { environment, config, databaseUrl } = settings
  return bindAddress({ host: environment.host, config, databaseUrl })
}

/** The web, listening on `host`; when the catalogue's `access` changes it moves to the address that this implies. */
export function keepWeb(settings: Settings, host: string, clock: Clock, say: (line: string) => void): Running {
  const web = keepRunning(webPlan(settings, host), clock, say)
  const stopping = new AbortController()
  async function followAccess(): Promise<void> {
    let current = host
    while (!stopping.signal.aborted) {
      await clock.sleep(ACCESS_EVERY_MS, stopping.signal)
      const wanted = await addressOf(settings)
      if (wanted === current || stopping.signal.aborted) continue
      say(`The catalogue's access has changed: the web now listens on ${wanted}.`)
      current = wanted
      await web.replace(webPlan(settings, wanted))
    }
  }
  if (settings.environment.host === undefined) void followAccess()
  return {
    stop() {
      stopping.abort()
      return web.stop()
    },
    kill() {
      stopping.abort()
      web.kill()
    },
  }
}

const healthSchema = z.object({ worker: z.object({ ok: z.boolean() }) })

/** What must be there before people are sent to the page. */
export type Readiness = 'page' | 'page-and-worker'

/**
 * Resolves when the page answers a request, whatever it says, and the worker is at work where that is wanted;
 * false when the signal aborts first.
 */
export async function waitForPage(wanted: Readiness, host: string, port: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
  const page = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`
  const path = wanted === 'page' ? '/' : '/api/health'
  while (!signal.aborted) {
    try {
      const answer = await fetch(`${page}${path}`, {
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
      })
      const body = await answer.text()
      if (wanted === 'page' || healthSchema.parse(JSON.parse(body)).worker.ok) return true
    } catch {
      // Not yet.
    }
    await clock.sleep(250, signal)
  }
  return false
}
