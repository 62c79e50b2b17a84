import type { Instant } from '#lib/domain/time/instant.ts'
import type { Extract, ExtractTimes } from './shapes.ts'

/** When an extract was loaded. */
export interface LoadedAt {
  at: Instant
  /** Only when it was made is known: whoever published it may have brought it along. */
  isMade: boolean
}

/** The extracts of its own that something has, each with when it was loaded; null: Tableau does not tell when. */
export function extractsOf(told: ExtractTimes): (LoadedAt | null)[] {
  const own = 'embeddedDatasources' in told ? ownSources(told.embeddedDatasources) : [told]
  return own.filter(({ hasExtracts }) => hasExtracts === true).map(loadedAt)
}

/** Those of a workbook that are its own: what stands in it of a published data source is refreshed there. */
export function ownSources<T extends { parentPublishedDatasources?: readonly unknown[] | null | undefined }>(embedded: readonly T[]): T[] {
  return embedded.filter(({ parentPublishedDatasources: parents }) => (parents ?? []).length === 0)
}

function loadedAt({ extractLastRefreshTime, extractLastIncrementalUpdateTime, extractLastUpdateTime }: Extract): LoadedAt | null {
  const refreshed = [extractLastRefreshTime, extractLastIncrementalUpdateTime].filter((at) => at !== null)
  if (refreshed.length > 0) return { at: Math.max(...refreshed), isMade: false }
  return extractLastUpdateTime === null ? null : { at: extractLastUpdateTime, isMade: true }
}
