import { redirect } from 'next/navigation'
import { findRenamed } from '#lib/queries/renamed.ts'
import type { SubjectName } from '#lib/queries/subject-bars.ts'
import { assetPath, feedPath, groupPath } from './paths.ts'
import { requestContext } from './request-context.ts'

const PATHS = { group: groupPath, feed: feedPath, asset: assetPath }

/** Goes on to the address under the new key where this one is a former key (`was:`); returns where it is none. */
export async function redirectRenamed(kind: SubjectName['kind'], key: string | null): Promise<void> {
  const now = key === null ? null : await findRenamed(requestContext(), kind, key)
  if (now !== null) redirect(PATHS[kind](now))
}
