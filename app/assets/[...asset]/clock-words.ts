import type { JudgedClock } from '#lib/domain/freshness/facts.ts'

export const CLOCK_WORDS: Record<JudgedClock | 'probedAt', { name: string; meaning: string }> = {
  dataThroughAt: { name: 'Data through', meaning: 'the newest event inside the data' },
  writtenAt: { name: 'Written', meaning: 'the last time anything was written to it' },
  loadedAt: { name: 'Loaded', meaning: 'the last load that succeeded, even one with nothing new' },
  probedAt: { name: 'Looked at', meaning: 'our last good look at it' },
}

/** What it costs the system that is asked, whose order of magnitude is what is known; nothing where nobody asks. */
export function costInWords(costMs: number | null, isAsked: boolean): string {
  if (costMs === null) return '–'
  if (!isAsked) return 'nothing'
  if (costMs < 1) return 'under 1 ms'
  return costMs < 1000 ? `about ${Math.round(costMs)} ms` : `about ${Math.round(costMs / 1000)} s`
}
