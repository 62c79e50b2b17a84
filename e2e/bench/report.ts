import { performance } from 'node:perf_hooks'

/** One measured figure, beside its goal where there is one. */
export interface Figure {
  name: string
  value: string
  goal?: string
  /** Undefined: nothing was promised. */
  met?: boolean
}

/** Runs `work` and says how many milliseconds it took. */
export async function timed<T>(work: () => Promise<T> | T): Promise<{ ms: number; result: T }> {
  const from = performance.now()
  const result = await work()
  return { ms: performance.now() - from, result }
}

/** The value below which `share` (0…1) of the samples lie. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** A figure with a limit it must reach (`atLeast`) or keep under (`atMost`). */
export function against(name: string, value: number, unit: string, goal: { atLeast: number } | { atMost: number }): Figure {
  const met = 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost
  const words = 'atLeast' in goal ? `≥ ${goal.atLeast}${unit}` : `≤ ${goal.atMost}${unit}`
  return { name, value: `${value.toFixed(2)}${unit}`, goal: words, met }
}

/** One line per figure, aligned. */
export function print(title: string, figures: readonly Figure[]): void {
  process.stdout.write(`\n${title}\n`)
  for (const { name, value, goal, met } of figures) {
    const verdict = met === undefined ? '' : `  goal ${goal}  ${met ? 'met' : 'MISSED'}`
    process.stdout.write(`  ${name.padEnd(58)} ${value.padStart(12)}${verdict}\n`)
  }
}
