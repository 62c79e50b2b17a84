import { LAKE } from '#lib/catalogue/schema/declared-flow.ts'
import type { WrittenLanding } from '#lib/catalogue/schema/landing.ts'
import type { StoredFile } from '#lib/connectors/kit/files.ts'
import type { InboxFile, LandedCounts } from '#lib/domain/files/inbox-file.ts'
import { connectionOf, pathOf } from '#lib/domain/lineage/asset-key.ts'
import { REJECT_TOLERANCE } from '#lib/domain/runs/run-outcome.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { shortText } from '#lib/domain/values/short-text.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import { copyTarget } from './copy-target.ts'
import { landElsewhere } from './land-elsewhere.ts'
import { landInLake, prepareInLake } from './land-in-lake.ts'
import { landedBefore } from './landed-mark.ts'
import { type Landing, type LandingContext, leave, ofTarget } from './landing.ts'
import { WhoseFailure } from './whose-failure.ts'

const NAME_MAX = 200

export interface LandOptions {
  /** Largest share of rejected records at which the others are landed. */
  tolerance?: number
  /** Told now and then how many rows have been written of this file. */
  onRows?: (rows: number) => void
}

/**
 * Carries one file into its landing table: every record once, or nothing of it. What was landed before, by whatever run, is not landed again: the
 * counts of then come back. Throws in words when the file cannot be used, `not-found` when this version of it is gone, and a system-wide error
 * when no other file could be landed either.
 */
export async function landFile(
  ctx: LandingContext,
  file: InboxFile,
  written: WrittenLanding,
  { tolerance = REJECT_TOLERANCE, onRows = () => {} }: LandOptions = {},
): Promise<LandedCounts> {
  const whose = new WhoseFailure()
  const isInLake = connectionOf(written.into) === LAKE
  if (isInLake) await prepareInLake(ctx, pathOf(written.into), whose)
  const { source, bucket, key } = file
  const stored = file.version === null || written.copy !== undefined ? await lookAt(ctx, file) : null
  const version = stored?.version ?? file.version ?? ''
  const what = `The file ${shortText(toShownText(key), NAME_MAX)} (${source})`
  const landing = { source, bucket, key, version, what, written, tolerance, onRows, whose }
  const before = await whose.ofLake(() => landedBefore(ctx, landing))
  if (before !== null) return before
  const copied = stored === null ? null : await copyFirst(ctx, stored, landing)
  return (isInLake ? landInLake : landElsewhere)(ctx, landing, { stored, copied })
}

/** What its store says of a file. Nothing of its content is read. */
async function lookAt(ctx: LandingContext, { source, bucket, key, version }: InboxFile): Promise<StoredFile> {
  const opened = await ctx.connect(source).openFile({ bucket, key, version })
  return leave(opened, opened.file)
}

async function copyFirst(ctx: LandingContext, stored: StoredFile, { source, written, version }: Landing): Promise<StoredFile | null> {
  if (written.copy === undefined) return null
  if (connectionOf(written.copy) !== source) {
    const publicMessage = `${source} cannot copy a file to ${connectionOf(written.copy)}. Correct "copy" in the catalogue.`
    throw new TidemarkError('invalid', { publicMessage })
  }
  const target = copyTarget(pathOf(written.copy), { ...stored, source, version })
  return ofTarget(() => ctx.connect(source).copyFile(stored, target))
}
