import type { Context } from '#lib/db/context.ts'
import type { RunHours } from '#lib/domain/runs/trigger-conditions.ts'
import type { FileTrigger } from '#lib/domain/runs/triggers.ts'

interface FileFlow extends Partial<FileTrigger> {
  debounceMs?: number
  drainsInbox?: boolean
  when?: RunHours
}

/** A flow of the catalogue in force that files behind the connection `bucket` ask for; it carries them over one by one unless said otherwise. */
export async function fileFlow(
  ctx: Context,
  name: string,
  { debounceMs = 0, drainsInbox = true, when, ...trigger }: FileFlow = {},
): Promise<void> {
  const on = [{ kind: 'file', source: 'bucket', place: 'shop', match: null, by: 'queue', everyMs: 300_000, ...trigger }]
  const settings = { timeoutMs: 3_600_000, rejectTolerance: 0.01, connections: {}, parameters: {}, on, debounceMs, ...(when && { when }) }
  await ctx.whole.query(`insert into flow (name, zone, "after", settings) values ($1, 'UTC', '{}', $2)`, [
    name,
    JSON.stringify({ ...settings, ...(drainsInbox && { drainsInbox }) }),
  ])
}
