import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Clock } from '#lib/platform/clock.ts'
import type { ChildEnvironment } from '#lib/platform/env.ts'

/** How to start one child: a Node program with its whole environment. */
export interface ChildPlan {
  name: string
  /** Options of Node itself. */
  options?: readonly string[]
  /** Script and arguments. */
  run: readonly [string, ...string[]]
  environment: ChildEnvironment
  /** Shows what the child writes to standard output; its errors are always shown. */
  loud?: boolean
  onMessage?: (message: unknown) => void
}

/** One or several running children. */
export interface Running {
  /** Asks them to end, insists after 20 s, resolves when they have gone. */
  stop(): Promise<void>
  /** Ends them without asking or waiting: for the last moment of the launcher. */
  kill(): void
}

export interface Child extends Running {
  /** Stops it and starts it again by another plan. */
  replace(plan: ChildPlan): Promise<void>
}

const PARENT = new URL(`parent.ts?launcher=${process.pid}`, import.meta.url).href
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 30_000
/** Who lived this long has started well: the next wait is the first one again. */
const STEADY_MS = 60_000
const PATIENCE_MS = 20_000
const TRIES_BEFORE_ADVICE = 3

/** The wait before the next start after so many short lives in a row: 1, 2, 4 … 30 s. */
export function waitBeforeStart(shortLives: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, shortLives - 1))
}

// A session of its own: Ctrl-C in the terminal reaches only the launcher, which then stops everything in order.
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

/** Starts a child and keeps it running: when it ends by itself it is started again, with growing waits. */
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
