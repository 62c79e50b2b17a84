import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Clock } from '#lib/platform/clock.ts'
import type { ChildEnvironment } from '#lib/platform/env.ts'

export interface ChildPlan {
  name: string
  options?: readonly string[]
  run: readonly [string, ...string[]]
  environment: ChildEnvironment
  loud?: boolean
  onMessage?: (message: unknown) => void
}

export interface Running {
  stop(): Promise<void>
  kill(): void
}

export interface Child extends Running {
  replace(plan: ChildPlan): Promise<void>
}

const PARENT = new URL(`parent.ts?launcher=${process.pid}`, import.meta.url).href
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 30_000
/** After living this long, the next wait is the first one again. */
const STEADY_MS = 60_000
const PATIENCE_MS = 20_000
const TRIES_BEFORE_ADVICE = 3

export function waitBeforeStart(shortLives: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, shortLives - 1))
}

// Detached: Ctrl-C reaches only the launcher, which stops everything in order.
function startProcess(plan: ChildPlan): ChildProcess {
  const child = spawn(process.execPath, [...(plan.options ?? []), '--import', PARENT, ...plan.run], {
    env: plan.environment,
    stdio: ['ignore', plan.loud ? 'inherit' : 'ignore', 'inherit', 'ipc'],
    detached: true,
  })
  if (plan.onMessage) child.on('message', plan.onMessage)
  return child
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

const hasEnded = (child: ChildProcess) => child.pid === undefined || child.exitCode !== null || child.signalCode !== null

async function endProcess(child: ChildProcess, clock: Clock): Promise<void> {
  if (hasEnded(child)) return
  const patience = new AbortController()
  const gone = once(child, 'exit').then(() => patience.abort())
  child.kill('SIGTERM')
  await Promise.race([gone, clock.sleep(PATIENCE_MS, patience.signal)])
  if (!hasEnded(child)) killGroup(child)
  await gone
}

function howItEnded(child: ChildProcess): string {
  return child.signalCode === null ? `exit code ${child.exitCode}` : `signal ${child.signalCode}`
}

function reportEnd(plan: ChildPlan, child: ChildProcess, shortLives: number, waitMs: number, say: (line: string) => void): void {
  say(`The ${plan.name} has stopped (${howItEnded(child)}); it starts again in ${waitMs / 1000} s.`)
  if (shortLives === TRIES_BEFORE_ADVICE)
    say(`The ${plan.name} keeps stopping right after its start. The lines above say why; Ctrl-C stops everything.`)
}

/** Keeps a child running: when it ends by itself it is started again, with growing waits. */
export function keepRunning(first: ChildPlan, clock: Clock, say: (line: string) => void): Child {
  let plan = first
  let child = startProcess(plan)
  let stopping = new AbortController()

  async function watch(signal: AbortSignal): Promise<void> {
    let shortLives = 0
    while (!signal.aborted) {
      const startedAt = clock.now()
      const current = child
      await new Promise<void>((resolve) => current.once('exit', resolve).once('error', () => resolve()))
      if (signal.aborted) return
      shortLives = clock.now() - startedAt < STEADY_MS ? shortLives + 1 : 1
      const waitMs = waitBeforeStart(shortLives)
      reportEnd(plan, current, shortLives, waitMs, say)
      await clock.sleep(waitMs, signal)
      if (!signal.aborted) child = startProcess(plan)
    }
  }
  void watch(stopping.signal)

  async function stop(): Promise<void> {
    stopping.abort()
    await endProcess(child, clock)
  }
  return {
    stop,
    kill: () => {
      stopping.abort()
      if (!hasEnded(child)) killGroup(child)
    },
    async replace(next) {
      await stop()
      plan = next
      child = startProcess(plan)
      stopping = new AbortController()
      void watch(stopping.signal)
    },
  }
}
