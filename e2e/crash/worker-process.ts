import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { childEnvironment } from '#lib/platform/env.ts'

/** A worker in a process of its own, which can be killed and frozen. */
export interface WorkerProcess {
  pid: number
  log(): string
  kill(): Promise<void>
  freeze(): void
  thaw(): void
  isAlive(): boolean
}

export function startWorker(variables: Record<string, string>): WorkerProcess {
  const child: ChildProcess = spawn(process.execPath, ['jobs/worker.ts'], {
    env: childEnvironment('production', ['PATH', 'HOME', 'TZ'], { ENV_FILE: 'none', LOG_LEVEL: 'info', ...variables }),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let text = ''
  child.stderr?.on('data', (chunk) => {
    text += String(chunk)
  })
  const isAlive = () => child.exitCode === null && child.signalCode === null
  return {
    pid: child.pid ?? 0,
    log: () => text,
    isAlive,
    async kill() {
      if (!isAlive()) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
  }
}
