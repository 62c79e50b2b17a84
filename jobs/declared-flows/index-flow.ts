import { randomUUID } from 'node:crypto'
import { type DeclaredFlowParameters, keyColumns, type WrittenIndex, type WrittenRecordFlow } from '#lib/catalogue/schema/declared-flow.ts'
import type { Begun, IndexBuild, IndexField } from '#lib/connectors/kit/index-build.ts'
import { connectionOf, pathOf } from '#lib/domain/lineage/asset-key.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { FlowContext, FlowResult } from '#lib/engine/flow.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { compileSelect } from '#lib/records/select-columns.ts'
import { BATCH_BYTES, documentsOf, fieldsOf, hashOf, type NumberedDocument, numbered, weightOf } from './indexed-documents.ts'
import { type PromisedColumn, type PromisedFields, promisedColumns } from './promised-columns.ts'
import { Reading } from './reading.ts'

const TRIES = { retries: 3, backoffMs: 10 * SECOND_MS }
/** A node that was killed is away for some minutes until it has all its indices together again. */
const PATIENT = { retries: 12, backoffMs: SECOND_MS, backoffMaxMs: MINUTE_MS }
const AT_ONCE = 3

type Context = FlowContext<DeclaredFlowParameters>

/** What is in the build when all was read and put. */
interface Filled {
  name: string
  seen: number
  documents: number
}

/** What became of a batch, as the ledger of the lake keeps it. */
interface Mark {
  hash: string
  documents: number
  refused: { place: string; reason: string }[]
}

/** What is read now is not what an earlier attempt read. */
class SourceChanged extends Error {}

/** Builds an index of what the flow reads, aside, and puts it in place of the one before when it is whole. */
export async function indexDeclaredFlow(
  ctx: Context,
  declaredFlow: WrittenRecordFlow,
  index: WrittenIndex,
  { zone, tolerance, promised }: IndexingOptions,
): Promise<FlowResult> {
  const key = keyColumns(index.key)
  const columns = promised === null ? new Map<string, PromisedColumn>() : promisedColumns(declaredFlow.select, promised.fields)
  const required = [...columns].flatMap(([column, { isRequired }]) => (isRequired ? [column] : []))
  const reading = new Reading(ctx, declaredFlow, { zone, key, tolerance, required })
  if (ctx.parameters.dryRun === true) return onlyRead(ctx, reading)
  if (promised !== null) ctx.log.info(`Fields are kept as version ${promised.version} of the contract ${promised.name} promises them.`)
  const fields = fieldsOf(compileSelect(declaredFlow.select, zone).columns, index, columns)
  const alias = pathOf(index.into)
  const build = await ctx.connect(connectionOf(index.into)).buildIndex({ alias, runId: ctx.runId, attempt: ctx.attempt, fields })
  try {
    const filled = await ctx.task('index', TRIES, () => fill(ctx, reading, build, { ...index, fields }))
    await ctx.task('publish', TRIES, () => publish(ctx, build, filled))
    await tidy(ctx, build)
    const { name, seen, documents } = filled
    return { rowsLoaded: documents, rowsSeen: seen, summary: { rows: documents, index: name } }
  } catch (error) {
    await dropUnlessStopped(ctx, build, error)
    throw error
  }
}

interface IndexingOptions {
  zone: string
  tolerance: number
  promised: PromisedFields | null
}

/** What is wanted of an index, and the fields of which something is known beforehand. */
interface Wanted extends WrittenIndex {
  fields: readonly IndexField[]
}

async function onlyRead(ctx: Context, reading: Reading): Promise<FlowResult> {
  const rows = await ctx.task('extract', TRIES, async () => {
    let count = 0
    for await (const _ of reading.rows()) count += 1
    await reading.finish()
    return count
  })
  return { rowsLoaded: 0, rowsSeen: reading.seen, moves: 'nothing', summary: { rows, 'dry run': 'nothing was changed' } }
}

/** Goes on with what an earlier attempt put, as long as what is read is the same. */
async function fill(ctx: Context, reading: Reading, build: IndexBuild, index: Wanted): Promise<Filled> {
  const begun = await begin(ctx, build)
  try {
    return await fillFrom(ctx, reading, build, begun, index)
  } catch (error) {
    if (!(error instanceof SourceChanged)) throw error
    ctx.log.info('What is read is not what it was when this index was begun: it is built anew.')
    return fillFrom(ctx, reading, build, await begin(ctx, build, { anew: true }), index)
  }
}

/** Under the fence of the flow: who was thought dead and wakes up takes the build from nobody. */
function begin(ctx: Context, build: IndexBuild, options: { anew?: boolean } = {}): Promise<Begun> {
  return ctx.retry(PATIENT, () => ctx.lake.once('begin index', randomUUID(), () => build.begin(options)))
}

async function fillFrom(ctx: Context, reading: Reading, build: IndexBuild, begun: Begun, index: Wanted): Promise<Filled> {
  const marks = begun.isNew ? new Map<string, Mark>() : await readMarks(ctx, begun.name)
  if (marks.size > 0) ctx.log.info(`Goes on with the index ${begun.name}, to which ${marks.size} batches were put before.`)
  const kept = JSON.stringify(index.fields)
  const batches = numbered(ctx.batchByWeight(documentsOf(reading, keyColumns(index.key)), BATCH_BYTES, weightOf))
  let documents = 0
  let count = 0
  for await (const mark of ctx.map(batches, AT_ONCE, (batch) => putBatch(ctx, build, { name: begun.name, kept, marks }, batch))) {
    documents += mark.documents
    count += 1
    for (const { place, reason } of mark.refused) await reading.refuse(reason, place)
    ctx.count('index', { documents })
  }
  if (count < marks.size) throw new SourceChanged()
  await reading.finish()
  refuseFew(ctx, index, documents, begun.documentsBefore)
  return { name: begun.name, seen: reading.seen, documents }
}

const taskOf = (name: string) => `index ${name}`

async function putBatch(
  ctx: Context,
  build: IndexBuild,
  { name, kept, marks }: { name: string; kept: string; marks: ReadonlyMap<string, Mark> },
  { at, items }: { at: number; items: NumberedDocument[] },
): Promise<Mark> {
  const hash = hashOf(items, kept)
  const known = marks.get(String(at))
  if (known !== undefined && known.hash !== hash) throw new SourceChanged()
  if (known !== undefined) return known
  const places = new Map(items.map(({ id, place }) => [id, place]))
  const refused = await ctx.retry(PATIENT, () => build.put(items))
  const told = refused.map(({ id, reason }) => ({ place: places.get(id) ?? 'a row', reason }))
  return ctx.lake.once(
    taskOf(name),
    String(at),
    async (): Promise<Mark> => ({ hash, documents: items.length - told.length, refused: told }),
  )
}

async function readMarks(ctx: Context, name: string): Promise<Map<string, Mark>> {
  const rows = await ctx.lake.query<{ batch_key: string; result: Mark }>(
    'select batch_key, result from tidemark.load_batch where run = $1 and task = $2',
    [ctx.runId, taskOf(name)],
  )
  return new Map(rows.map(({ batch_key, result }) => [batch_key, result]))
}

/** An empty or sharply shrunken answer does not replace what readers have. */
function refuseFew({ parameters }: Context, index: WrittenIndex, documents: number, before: number | null): void {
  const { allowEmpty = index.allowEmpty, shrinkRatio = index.shrinkRatio } = parameters
  const refused = (problem: string) =>
    new TidemarkError('refused', { publicMessage: `${problem} The index that readers have stays as it is.` })
  if (documents === 0 && !allowEmpty) throw refused('There is no row to index. If that is right, run the flow with allowEmpty.')
  if (before === null || documents === 0 || documents > before * shrinkRatio) return
  throw refused(
    `The answer holds ${documents} rows, the index ${before}: it is not believed. If that is right, run the flow with shrinkRatio 0.`,
  )
}

async function publish(ctx: Context, build: IndexBuild, { name, documents }: Filled): Promise<{ published: string }> {
  // Finds the build again where an earlier attempt has filled it.
  const begun = await begin(ctx, build)
  if (begun.name !== name)
    throw new TidemarkError('refused', {
      publicMessage: `The index ${name} is not there any more: somebody removed it. Run the flow again.`,
    })
  await ctx.retry(PATIENT, () => build.seal(documents))
  return ctx.lake.once('publish', name, async () => {
    await build.publish()
    return { published: name }
  })
}

/** Builds that could not be removed now are removed after the next run. */
async function tidy(ctx: Context, build: IndexBuild): Promise<void> {
  try {
    const removed = await build.tidy()
    if (removed.length > 0) ctx.log.info(`Removed earlier builds: ${removed.join(', ')}.`)
  } catch (error) {
    if (ctx.signal.aborted) throw error
    ctx.log.warn(`Earlier builds could not be removed: ${toPublicMessage(error)}`)
  }
}

/** A build that failed is of no use; one that was stopped in the middle is gone on with. */
async function dropUnlessStopped(ctx: Context, build: IndexBuild, error: unknown): Promise<void> {
  if (ctx.signal.aborted || (isTidemarkError(error) && error.code === 'fenced')) return
  await build.drop().catch((problem: unknown) => ctx.log.warn(`The unfinished index could not be removed: ${toPublicMessage(problem)}`))
}
