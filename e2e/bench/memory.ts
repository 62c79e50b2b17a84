import { readFile } from 'node:fs/promises'

/** The most memory a process ever held, in MB; NaN where the system does not tell (only Linux does). */
export async function peakMemoryMb(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024
}
