import type { DeclaredFlowParameters } from '#lib/catalogue/schema/declared-flow.ts'
import { keyColumns, type WrittenLoad, type WrittenRecordFlow } from '#lib/catalogue/schema/declared-flow.ts'
import { pathOf } from '#lib/domain/lineage/asset-key.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { FlowContext, FlowResult } from '#lib/engine/flow.ts'
import type { LoadCounts, LoadSpec } from '#lib/engine/lake/load-spec.ts'
import { compileSelect } from '#lib/records/select-columns.ts'
import { Reading } from './reading.ts'

const TRIES = { retries: 3, backoffMs: 10 * SECOND_MS }

interface Loaded {
  counts: LoadCounts
  read: number
}

/** What a declared flow loads, and how. */
export function specOf(
  declaredFlow: Pick<WrittenRecordFlow, 'select'>,
  load: WrittenLoad,
  parameters: DeclaredFlowParameters,
  zone: string,
): LoadSpec {
  return {
    table: pathOf(load.into),
    mode: load.mode,
    key: keyColumns(load.key),
    columns: compileSelect(declaredFlow.select, zone).columns,
    shrinkRatio: parameters.shrinkRatio ?? load.shrinkRatio,
    allowEmpty: parameters.allowEmpty ?? load.allowEmpty,
    dryRun: parameters.dryRun ?? false,
  }
}

/** Loads the flow's source into its table: everything is read and checked before the table changes. */
export async function loadDeclaredFlow(
  ctx: FlowContext<DeclaredFlowParameters>,
  declaredFlow: WrittenRecordFlow,
  load: WrittenLoad,
  { zone, tolerance }: { zone: string; tolerance: number },
): Promise<FlowResult> {
  const spec = specOf(declaredFlow, load, ctx.parameters, zone)
  // A replaced table stands for the whole answer, merged or appended rows only for themselves.
  const reading = new Reading(ctx, declaredFlow, { zone, key: spec.key, tolerance: spec.mode === 'replace' ? tolerance : null })
  const target = await ctx.lake.beginLoad(spec)
  const fill = async () => {
    await target.fill(reading.rows())
    await reading.finish()
  }
  try {
    // Not stored: staged rows are lost with the attempt, so a later one reads again.
    if (target.done === null) await ctx.task('extract', TRIES, fill)
    const loaded = await ctx.task('load', TRIES, async (): Promise<Loaded> => {
      if (target.done === null && !target.isFilled) await fill()
      const counts = await target.store()
      return { counts, read: Math.max(reading.seen, counts.seen) }
    })
    ctx.count('load', shown(loaded.counts))
    return toResult(loaded, spec)
  } finally {
    await target.close()
  }
}

function shown({ inserted, changed, unchanged, deleted, duplicates }: LoadCounts): Record<string, number> {
  return { inserted, changed, unchanged, deleted, ...(duplicates > 0 ? { duplicates } : {}) }
}

function toResult({ counts, read }: Loaded, { dryRun }: LoadSpec): FlowResult {
  const result = {
    rowsLoaded: counts.inserted + counts.changed + counts.deleted,
    rowsRemoved: counts.deleted,
    rowsSeen: read,
    summary: { rows: read, ...shown(counts) },
  }
  return dryRun === true
    ? { ...result, rowsLoaded: 0, rowsRemoved: 0, moves: 'nothing', summary: { ...result.summary, 'dry run': 'nothing was changed' } }
    : result
}
