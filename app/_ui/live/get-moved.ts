import type { Topic } from '#lib/queries/changes/topic.ts'
import { getJson } from './get-json.ts'

const ANSWER_MS = 10_000

/** What has changed since the page on screen was made; nothing when that cannot be had now: the next news asks again. */
export async function getMoved(since: string): Promise<readonly Topic[]> {
  try {
    const path = `/api/v1/moved?${new URLSearchParams({ since })}`
    return (await getJson<{ topics: Topic[] }>(path, AbortSignal.timeout(ANSWER_MS))).topics
  } catch {
    return []
  }
}
