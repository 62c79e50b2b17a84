import { redirect } from 'next/navigation'
import { assetPath, feedPath, groupPath } from '#app/_ui/paths.ts'
import type { SubjectName } from '#lib/queries/pages/subject-bars.ts'
import { findRenamed } from '#lib/queries/shared/renamed.ts'
import { requestContext } from './request-context.ts'

const PATHS = { group: groupPath, feed: feedPath, asset: assetPath }

/** Goes on to the address under the new key where this one is a former key (`was:`); returns where it is none. */
export async function redirectRenamed(kind: SubjectName['kind'], key: string | null): Promise<void> {
  const now = key === null ? null : await findRenamed(await requestContext(), kind, key)
  if (now !== null) redirect(PATHS[kind](now))
}
