import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { WORKER_OPTIONS, WORKER_VARIABLES } from '#jobs/launcher/plans.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { childEnvironment } from '#lib/platform/env.ts'

/** A worker in a process of its own, which can be killed and frozen. */
export interface WorkerProcess {
  pid: number
  /** Milliseconds since 1970. */
  startedAt: number
  log(): string
  kill(): Promise<void>
  /** Asks it to stop, and waits until it has. */
  stop(): Promise<void>
  freeze(): void
  thaw(): void
  isAlive(): boolean
}

export function startWorker(variables: Record<string, string>): WorkerProcess {
  const child: ChildProcess = spawn(process.execPath, [...WORKER_OPTIONS, 'jobs/worker.ts'], {
    env: childEnvironment('production', ['PATH', 'HOME', 'TZ', 'NODE_COMPILE_CACHE'], {
      ...WORKER_VARIABLES,
      ENV_FILE: 'none',
      LOG_LEVEL: 'info',
      ...variables,
    }),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const startedAt = systemClock.now()
  let text = ''
  child.stderr?.on('data', (chunk) => {
    text += String(chunk)
  })
  const isAlive = () => child.exitCode === null && child.signalCode === null
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (!isAlive()) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  return {
    pid: child.pid ?? 0,
    startedAt,
    log: () => text,
    isAlive,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
  }
}
