import type { FlowContext } from '#lib/engine/flow.ts'

const COUNTS = ['fresh', 'changed', 'returned', 'unchanged', 'regrouped', 'curated', 'uncurated'] as const

/** `fresh`: never seen before; `returned`: had been deleted; `regrouped`: unchanged, for more groups. */
export type MergedDocuments = Record<(typeof COUNTS)[number], number>

export function summed(parts: readonly MergedDocuments[]): MergedDocuments {
  const sum: MergedDocuments = { fresh: 0, changed: 0, returned: 0, unchanged: 0, regrouped: 0, curated: 0, uncurated: 0 }
  for (const part of parts) for (const count of COUNTS) sum[count] += part[count]
  return sum
}

/** The sum of a task's batches that this run has committed, in earlier attempts and up to now. */
export async function committedDocuments(
  ctx: Pick<FlowContext<unknown>, 'lake' | 'runId' | 'attempt'>,
  task: string,
  when: 'earlier' | 'so far',
): Promise<MergedDocuments> {
  const batches = await ctx.lake.query<{ result: MergedDocuments }>(
    `select result from tidemark.load_batch where run = $1 and task = $2 and attempt < $3 and result ? 'fresh'`,
    [ctx.runId, task, when === 'earlier' ? ctx.attempt : ctx.attempt + 1],
  )
  return summed(batches.map(({ result }) => result))
}
