import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** How a process was started: program and arguments; empty for one that is gone or a corpse. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return spawnSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).stdout ?? ''
  }
}
