import { act } from '#lib/access/act.ts'
import type { Context } from '#lib/db/context.ts'

/** Lets the audit be read as a file, and leaves an entry that says who took it, in which form and by which question. */
export function noteAuditExport(ctx: Context, told: { format: string; filter: object }): Promise<void> {
  const asked = Object.fromEntries(Object.entries(told.filter).filter(([, value]) => value !== null))
  return act(ctx, { action: 'audit.export', target: null }, async () => ({ result: undefined, after: { format: told.format, ...asked } }))
}
