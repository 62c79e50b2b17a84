import { z } from 'zod'
import type { Clock } from '#lib/platform/clock.ts'

const ANSWER_MS = 10_000

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
