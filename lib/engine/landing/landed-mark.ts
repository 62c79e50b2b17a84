import type { ClientBase } from 'pg'
import { withValuesOf } from '#lib/domain/contracts/shape.ts'
import type { LandedCounts } from '#lib/domain/files/inbox-file.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { sqlState } from '#lib/engine/lake/lake-error.ts'
import { asStored } from '#lib/engine/run/stored-result.ts'
import { uuidOf } from '#lib/records/landed/row-uuid.ts'
import type { Landing, LandingContext } from './landing.ts'
import { fileId } from './landing-row.ts'
import { markedTable } from './landing-table.ts'

/** What was counted when a file was landed; null: it was not. */
export async function landedBefore(ctx: LandingContext, landing: Landing): Promise<LandedCounts | null> {
  const rows = await ctx.lake.query<{ counts: LandedCounts }>(
    'select counts from tidemark.landed_file where landing_table = $1 and file = $2 and counts is not null',
    [markedTable(landing.written.into), fileId(landing)],
  )
  return rows[0]?.counts ?? null
}

/** Makes this transaction the only one that lands the file; answers the counts where another one has done so. */
export async function takeMark(ctx: LandingContext, sql: ClientBase, landing: Landing): Promise<LandedCounts | null> {
  const { written, source, bucket, key, version } = landing
  const ids = [markedTable(written.into), fileId(landing)]
  const { rowCount } = await sql.query(
    `insert into tidemark.landed_file (landing_table, file, source, bucket, key, version, run, landed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [...ids, source, bucket, key, version, ctx.runId, new Date(ctx.now())],
  )
  if (rowCount === 1) return null
  const { rows } = await sql.query<{ counts: unknown }>(
    'select counts from tidemark.landed_file where landing_table = $1 and file = $2',
    ids,
  )
  return asStored<LandedCounts>(rows[0]?.counts)
}

/** What was counted, beside the mark; of the shape no values, since marks are kept for good. */
export async function noteCounts(sql: ClientBase, landing: Landing, counts: LandedCounts): Promise<LandedCounts> {
  const kept = counts.shape === undefined ? counts : { ...counts, shape: withValuesOf(counts.shape, []) }
  await sql.query('update tidemark.landed_file set counts = $3 where landing_table = $1 and file = $2', [
    markedTable(landing.written.into),
    fileId(landing),
    JSON.stringify(kept),
  ])
  return counts
}

/** In the place of a file, beside its mark: when it was written, as its store said first. */
const WRITTEN = 'written'

/**
 * When this version of a file was written, by what its store said the first time: where versions are told by their content, the same may be written once more
 * between two tries, and rows with a key of that time would stand twice.
 */
export async function firstWrittenAt(ctx: LandingContext, landing: Landing, toldNow: Instant): Promise<Instant> {
  const { written, source, bucket, key, version } = landing
  const rows = await ctx.lake.query<{ at: number }>(
    `insert into tidemark.landed_file as f (landing_table, file, source, bucket, key, version, run, landed_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (landing_table, file) do update set landed_at = f.landed_at returning (extract(epoch from landed_at) * 1000)::float8 as at`,
    [
      ...[markedTable(written.into), uuidOf(source, bucket, key, version, WRITTEN)],
      ...[source, bucket, key, version, ctx.runId, new Date(toldNow)],
    ],
  )
  return rows[0]?.at ?? toldNow
}

const UNIQUE_VIOLATION = '23505'

/** Lands a file. A run that is told of one twice lands it twice at a time: to the second its ledger says that the first was there. */
export async function orLandedMeanwhile(ctx: LandingContext, landing: Landing, work: () => Promise<LandedCounts>): Promise<LandedCounts> {
  try {
    return await work()
  } catch (error) {
    const before = sqlState(error) === UNIQUE_VIOLATION ? await landedBefore(ctx, landing) : null
    if (before === null) throw error
    return before
  }
}
