import type { FlowContext, LakeWork } from '#lib/engine/flow.ts'

const UNDONE = new Error('rolled back, as everything in a dry run')

/**
 * The same run, of which nothing stays: every transaction does its work and is rolled back, and nobody is put aside. What the parts answer
 * is what they would have done; none of them sees what another did.
 */
export function asDryRun<Context extends Pick<FlowContext<unknown>, 'lake' | 'quarantine'>>(ctx: Context): Context {
  async function once<T>(task: string, batchKey: string, work: LakeWork<T>): Promise<T> {
    const made: { result?: { of: T } } = {}
    try {
      return await ctx.lake.once(task, batchKey, async (sql) => {
        made.result = { of: await work(sql) }
        throw UNDONE
      })
    } catch (error) {
      if (error !== UNDONE || made.result === undefined) throw error
      return made.result.of
    }
  }
  return { ...ctx, lake: { ...ctx.lake, once }, quarantine: async () => {} }
}
