import type { JudgedClock } from '#lib/domain/freshness/facts.ts'

export const CLOCK_WORDS: Record<JudgedClock | 'probedAt', { name: string; meaning: string; age: string }> = {
  dataThroughAt: { name: 'Data through', meaning: 'the newest event inside the data', age: 'How old its data are' },
  writtenAt: { name: 'Written', meaning: 'the last time anything was written to it', age: 'How long ago it was written' },
  loadedAt: { name: 'Loaded', meaning: 'the last load that succeeded, even one with nothing new', age: 'How long ago it was loaded' },
  probedAt: { name: 'Looked at', meaning: 'our last good look at it', age: 'How long ago we looked' },
}

/** How long a look takes in the system that is asked, whose order of magnitude is what is known; a dash where nobody asks. */
export function costInWords(costMs: number | null, isAsked: boolean): string {
  if (costMs === null || !isAsked) return '–'
  if (costMs < 1) return 'under 1 ms'
  return costMs < 1000 ? `about ${Math.round(costMs)} ms` : `about ${Math.round(costMs / 1000)} s`
}
