import { z } from 'zod'
import type { Clock } from '#lib/platform/clock.ts'
import { type Binding, bindAddress, nextBinding } from './bind-address.ts'
import { keepRunning, type Running } from './child.ts'
import type { Settings } from './environment.ts'
import { webPlan } from './plans.ts'

const ACCESS_EVERY_MS = 5000
const ANSWER_MS = 10_000

export function bindingOf(settings: Settings): Promise<Binding> {
  const { environment, config, databaseUrl } = settings
  return bindAddress({ host: environment.host, config, databaseUrl })
}

/** Keeps the web running; it moves when an accepted catalogue's `access` implies another address. */
export function keepWeb(settings: Settings, first: Binding, clock: Clock, say: (line: string) => void): Running {
  const web = keepRunning(webPlan(settings, first.address), clock, say)
  const stopping = new AbortController()
  async function followAccess(): Promise<void> {
    let current = first
    while (!stopping.signal.aborted) {
      await clock.sleep(ACCESS_EVERY_MS, stopping.signal)
      const next = await nextBinding(current, settings.databaseUrl)
      if (stopping.signal.aborted) return
      const hasMoved = next.address !== current.address
      current = next
      if (!hasMoved) continue
      say(`The catalogue's access has changed: the web now listens on ${next.address}.`)
      await web.replace(webPlan(settings, next.address))
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

type Readiness = 'page' | 'page-and-worker'

/** Resolves when the page answers anything and, where wanted, the worker works; false when the signal aborts first. */
export async function waitForPage(wanted: Readiness, host: string, port: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const page = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
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
