import { getRenamed } from '#lib/db/catalogue/renames.ts'
import type { SubjectKind } from '#lib/db/catalogue/subjects.ts'
import type { Context } from '#lib/db/context.ts'

/** The key that a group, feed or asset has now which had this one before; null when there is none. */
export function findRenamed(ctx: Context, kind: SubjectKind, formerKey: string): Promise<string | null> {
  return getRenamed(ctx.pool, kind, formerKey)
}
