import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '#lib/platform/clock.ts'
import { type Child, keepRunning, type Running } from './child.ts'
import type { Settings } from './environment.ts'
import { demoPlan, workerPlan } from './plans.ts'

/** The demo campus and the worker that watches it: the worker starts when the campus is ready, and anew when it moved. */
export function keepCampus(settings: Settings, clock: Clock, say: (line: string) => void): Running {
  let known: Record<string, string> = {}
  let worker: Child | undefined
  const onReady = (environment: Record<string, string>): void => {
    if (worker && isDeepStrictEqual(environment, known)) return
    known = environment
    const plan = workerPlan(settings, known)
    if (worker) void worker.replace(plan)
    else worker = keepRunning(plan, clock, say)
  }
  const demo = keepRunning(demoPlan(settings, onReady), clock, say)
  return {
    async stop() {
      await Promise.all([demo.stop(), worker?.stop()])
    },
    kill() {
      demo.kill()
      worker?.kill()
    },
  }
}
