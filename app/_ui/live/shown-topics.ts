import type { Topic } from '#lib/queries/changes/topic.ts'

/** The overview and everything found in it: the lines of all feeds, the heads of all groups. */
export const OVERVIEW_SHOWS: readonly Topic[] = ['group:*']

/** The flows that write these assets, and how far their runs are. */
export function flowsShown(assets: readonly { flow: string | null }[]): Topic[] {
  return [...new Set(assets.flatMap(({ flow }) => (flow === null ? [] : [`flow:${flow}`, `progress:${flow}`])))]
}

/** The jobs of other systems that write these assets. */
export function jobsShown(assets: readonly { job: string | null }[]): Topic[] {
  return [...new Set(assets.flatMap(({ job }) => (job === null ? [] : [`job:${job}`])))]
}

/** Each of these assets. */
export function assetsShown(assets: readonly { key: string }[]): Topic[] {
  return assets.map(({ key }) => `asset:${key}`)
}
