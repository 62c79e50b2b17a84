import { connectionOf, pathOf } from '#lib/domain/asset-key.ts'
import { DELIVER_KEYS, type WrittenDeliver, type WrittenRecipe } from '#lib/domain/catalogue-recipe.ts'
import type { RecipeParameters } from '#lib/domain/catalogue-recipe-contracts.ts'
import { FILE_FORMAT_KEYS, type FileFormat, fileFormatSchema } from '#lib/domain/file-format.ts'
import { SECOND_MS } from '#lib/domain/instant.ts'
import { fillName } from '#lib/domain/name-template.ts'
import type { FlowContext, FlowResult } from '#lib/engine/flow.ts'
import { type OutgoingFile, spoolFile } from '#lib/engine/outgoing-file.ts'
import { TidemarkError } from '#lib/platform/errors.ts'
import { Reading } from './reading.ts'

const TRIES = { retries: 3, backoffMs: 10 * SECOND_MS }

function formatOf(deliver: WrittenDeliver): FileFormat {
  return fileFormatSchema.parse(Object.fromEntries(Object.entries(deliver).filter(([key]) => FILE_FORMAT_KEYS.has(key))))
}

function optionsOf(deliver: WrittenDeliver): Record<string, unknown> {
  return Object.fromEntries(Object.entries(deliver).filter(([key]) => !FILE_FORMAT_KEYS.has(key) && !DELIVER_KEYS.has(key)))
}

/** Keeps the file of the newest try, and none after the end. */
class Spool {
  #file: OutgoingFile | null = null

  async keep(file: OutgoingFile): Promise<void> {
    await this.remove()
    this.#file = file
  }

  get file(): OutgoingFile {
    if (this.#file === null) throw new TidemarkError('internal', { publicMessage: 'There is no file to deliver.' })
    return this.#file
  }

  async remove(): Promise<void> {
    await this.#file?.remove()
    this.#file = null
  }
}

/** Makes a file of what the recipe reads and hands it over: a whole, checked file or none. */
export async function deliverRecipe(
  ctx: FlowContext<RecipeParameters>,
  recipe: WrittenRecipe,
  deliver: WrittenDeliver,
  { zone, tolerance }: { zone: string; tolerance: number },
): Promise<FlowResult> {
  const path = fillName(pathOf(deliver.to), ctx.scheduledFor, zone)
  const reading = new Reading(ctx, recipe, { zone, key: [], tolerance })
  const spool = new Spool()
  try {
    // Its result is not stored: the file goes with the attempt, so a later one reads again.
    await ctx.task('extract', TRIES, (signal) => makeFile(ctx, reading, deliver, spool, signal))
    const { file } = spool
    if (ctx.parameters.dryRun === true) return { ...toResult(reading, file, path), rowsLoaded: 0, moves: 'nothing' }
    const detail = await ctx.task('deliver', TRIES, async () => {
      const { contentType, bytes, sha256 } = file
      const delivery = { path, contentType, bytes, sha256, open: () => file.open(), options: optionsOf(deliver) }
      return (await ctx.connect(connectionOf(deliver.to)).deliver(delivery)).detail
    })
    ctx.log.info(detail)
    ctx.count('deliver', { rows: file.rows, bytes: file.bytes })
    return toResult(reading, file, path)
  } finally {
    await spool.remove()
  }
}

async function makeFile(
  ctx: FlowContext<RecipeParameters>,
  reading: Reading,
  deliver: WrittenDeliver,
  spool: Spool,
  signal: AbortSignal,
): Promise<void> {
  const onRefused = (_row: object, _number: number, reason: string) => reading.refuse(reason)
  await spool.keep(await spoolFile({ rows: reading.rows(), format: formatOf(deliver), signal, onRefused }))
  await reading.finish()
  if (spool.file.rows > 0 || (ctx.parameters.allowEmpty ?? deliver.allowEmpty)) return
  throw new TidemarkError('refused', {
    publicMessage: 'There is no row to deliver, so no file was delivered. If that is right, run the flow with allowEmpty.',
  })
}

function toResult(reading: Reading, file: OutgoingFile, path: string): FlowResult {
  const summary = { rows: file.rows, file: path, bytes: file.bytes, sha256: file.sha256 }
  return { rowsLoaded: file.rows, rowsSeen: reading.seen, summary }
}
