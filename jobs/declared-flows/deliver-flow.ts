import type { DeclaredFlowParameters } from '#lib/catalogue/schema/declared-flow.ts'
import { DELIVER_KEYS, type WrittenDeliver, type WrittenRecordFlow } from '#lib/catalogue/schema/declared-flow.ts'
import { connectionOf, pathOf } from '#lib/domain/lineage/asset-key.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { FILE_FORMAT_KEYS, type FileFormat, fileFormatSchema } from '#lib/domain/values/file-format.ts'
import { fillName } from '#lib/domain/values/name-template.ts'
import type { FlowContext, FlowResult } from '#lib/engine/flow.ts'
import { type OutgoingFile, spoolFile } from '#lib/engine/run/outgoing-file.ts'
import { Reading } from './reading.ts'

const TRIES = { retries: 3, backoffMs: 10 * SECOND_MS }

/** CSV columns default to those of `select`: then there is a header also without rows. */
function formatOf(deliver: WrittenDeliver, selected: Reading['columns']): FileFormat {
  const format = fileFormatSchema.parse(Object.fromEntries(Object.entries(deliver).filter(([key]) => FILE_FORMAT_KEYS.has(key))))
  if (format.format !== 'csv' || format.columns !== undefined || selected === null) return format
  return { ...format, columns: selected.map(({ name }) => name) }
}

function optionsOf(deliver: WrittenDeliver): Record<string, unknown> {
  return Object.fromEntries(Object.entries(deliver).filter(([key]) => !FILE_FORMAT_KEYS.has(key) && !DELIVER_KEYS.has(key)))
}

/** Keeps the newest try's file, and removes it at the end. */
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

interface Made {
  seen: number
  rows: number
  bytes: number
  sha256: string
}

/** Makes a file of what the flow reads and hands it over: a whole, checked file or none. */
export async function deliverDeclaredFlow(
  ctx: FlowContext<DeclaredFlowParameters>,
  declaredFlow: WrittenRecordFlow,
  deliver: WrittenDeliver,
  { zone, tolerance }: { zone: string; tolerance: number },
): Promise<FlowResult> {
  const path = fillName(pathOf(deliver.to), ctx.scheduledFor, zone)
  const reading = new Reading(ctx, declaredFlow, { zone, key: [], tolerance })
  const spool = new Spool()
  try {
    // Not stored: the file is lost with the attempt, so a later one reads again.
    await ctx.task('extract', TRIES, (signal) => makeFile(ctx, reading, deliver, spool, signal))
    const { file } = spool
    const { contentType, rows, bytes, sha256 } = file
    const made: Made = { seen: reading.seen, rows, bytes, sha256 }
    if (ctx.parameters.dryRun === true) return { ...toResult(made, path), rowsLoaded: 0, moves: 'nothing' }
    // Stored with what was handed over: a later attempt has made another file, perhaps of other rows.
    const handed = await ctx.task('deliver', TRIES, async () => {
      const delivery = { path, contentType, bytes, sha256, open: () => file.open(), options: optionsOf(deliver) }
      const { detail } = await ctx.connect(connectionOf(deliver.to)).deliver(delivery)
      return { ...made, detail }
    })
    ctx.log.info(handed.detail)
    ctx.count('deliver', { rows: handed.rows, bytes: handed.bytes })
    return toResult(handed, path)
  } finally {
    await spool.remove()
  }
}

async function makeFile(
  ctx: FlowContext<DeclaredFlowParameters>,
  reading: Reading,
  deliver: WrittenDeliver,
  spool: Spool,
  signal: AbortSignal,
): Promise<void> {
  const onRefused = (reason: string) => reading.refuse(reason)
  await spool.keep(await spoolFile({ rows: reading.rows(), format: formatOf(deliver, reading.columns), signal, onRefused }))
  await reading.finish()
  if (spool.file.rows > 0 || (ctx.parameters.allowEmpty ?? deliver.allowEmpty)) return
  throw new TidemarkError('refused', {
    publicMessage: 'There is no row to deliver, so no file was delivered. If that is right, run the flow with allowEmpty.',
  })
}

function toResult({ seen, rows, bytes, sha256 }: Made, path: string): FlowResult {
  return { rowsLoaded: rows, rowsSeen: seen, summary: { rows, file: path, bytes, sha256 } }
}
