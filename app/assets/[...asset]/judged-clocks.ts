import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
import type { AssetPage } from '#lib/queries/pages/asset-page.ts'

/** The clocks its promises are about; where a promise names none, the best one that is known. */
export function judgedClocks({ policies, asset }: Pick<AssetPage, 'policies' | 'asset'>): Set<JudgedClock> {
  const best: JudgedClock = asset.loadedAt !== null ? 'loadedAt' : asset.writtenAt !== null ? 'writtenAt' : 'dataThroughAt'
  return new Set(policies.flatMap((policy) => (policy.kind === 'none' ? [] : [policy.clock ?? best])))
}
