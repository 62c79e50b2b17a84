import type { ClientBase } from 'pg'
import type { Sql } from '#lib/db/context.ts'
import { insertFiles } from '#lib/db/inbox/inbox-files.ts'
import { toText } from '#lib/db/instants.ts'
import type { PastRun } from '#lib/db/runs/past-runs.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { DAY_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { copyLines } from '#lib/engine/lake/copy-in.ts'
import { fileId, landingLines } from '#lib/engine/landing/landing-row.ts'
import { LANDING_COLUMNS, prepareLandingTable } from '#lib/engine/landing/landing-table.ts'
import { chance } from './chance.ts'
import { md5 } from './stores/s3/buckets.ts'
import { PAST_DAYS } from './stretch.ts'

/** How long an inbox keeps what has landed. */
export const INBOX_MS = 30 * DAY_MS

/** A file that has landed. */
export interface PastFile {
  bucket: string
  key: string
  content: Buffer
  /** Its records, a line for each. */
  lines: string[]
  at: Instant
}

/** A run that carried files over, or did not and says why. */
export function landedRun(flow: string, at: Instant, given: { files: number; rows: number } | { problem: string }): PastRun {
  const startedAt = at + Math.ceil(chance(`${flow} ${at} taken`) * 5 * SECOND_MS)
  const endedAt = startedAt + Math.ceil((1 + 2 * chance(`${flow} ${at} took`)) * SECOND_MS)
  const problem = 'problem' in given ? given.problem : null
  const { files, rows } = 'problem' in given ? { files: 0, rows: 0 } : given
  const report = { rowsSeen: rows, counts: { files, rows, changed: rows }, rowsByAsset: {}, incomplete: null }
  return {
    ...{ flow, trigger: 'file', scheduledFor: at, createdAt: at, requestedBy: null, startedAt, endedAt },
    state: problem === null ? 'completed' : 'failed',
    rowsLoaded: rows,
    report: problem === null ? report : null,
    ...{ problem, internalProblem: problem, counters: {}, rejections: [] },
    tasks: [{ name: 'land', state: problem === null ? 'completed' : 'failed', tries: 1, startedAt, endedAt, problem }],
    log: [{ at: endedAt, level: problem === null ? 'info' : 'error', message: problem ?? `${files} files landed, ${rows} rows.` }],
  }
}

/** Puts what a run has landed into the inbox of its flow. */
export async function fillInbox(sql: Sql, run: PastRun, source: string, landed: readonly PastFile[]): Promise<void> {
  const files = landed.map(({ bucket, key, content, lines, at }) => {
    const file = { bucket, key, version: md5(content), bytes: content.length, modifiedAt: at, sequencer: null }
    return { file, rows: lines.length }
  })
  const arrivedAt = Math.min(run.scheduledFor, (landed.at(-1)?.at ?? run.scheduledFor) + SECOND_MS)
  const arrival = { flow: run.flow, source, now: arrivedAt, isListed: false }
  await insertFiles(
    sql,
    arrival,
    files.map(({ file }) => file),
  )
  await sql.query(
    `update inbox_file f set state = 'landed', tries = 1, taken_at = r.started_at, ended_at = r.ended_at, run_id = r.id, fence = r.fence, rows = x.rows, rejected = 0, encoding = 'utf-8', changed_bytes = 0
     from run r, unnest($3::text[], $4::int[]) as x(version, rows)
     where r.flow = $1 and r.trigger = 'file' and r.scheduled_for = $2 and f.flow_key = $1 and f.state = 'arrived' and f.version = x.version`,
    [run.flow, toText(run.scheduledFor), files.map(({ file }) => file.version), files.map(({ rows }) => rows)],
  )
}

/** Makes a table of files as one that is older than the past, with the rows of these; nothing where it is there. Needs a transaction. */
export async function requireLandedTable(
  sql: ClientBase,
  table: string,
  { source, firstStart, files }: { source: string; firstStart: Instant; files: readonly PastFile[] },
): Promise<void> {
  const known = await sql.query<{ isThere: boolean }>('select to_regclass($1) is not null as "isThere"', [
    table.split('.').map(quoted).join('.'),
  ])
  // What landed in a table that was made since would be landed again.
  await prepareLandingTable(sql, table, firstStart - (PAST_DAYS + 1) * DAY_MS)
  if (known.rows[0]?.isThere === true) return
  for (const { bucket, key, content, lines, at } of files) {
    const origin = { source, bucket, key, version: md5(content) }
    const run = fileId(origin)
    const toLine = landingLines(origin, { modifiedAt: at - (at % SECOND_MS), loadedAt: at + 40 * SECOND_MS, runId: run })
    const rows = lines.map((document, n) => Buffer.from(toLine({ line: n + 1, document })))
    await copyLines(sql, table, LANDING_COLUMNS, inTurn(rows))
    const counts = { rows: lines.length, rejected: 0, bytes: content.length, encoding: 'utf-8', changedBytes: 0 }
    await sql.query(
      `insert into tidemark.landed_file (landing_table, file, source, bucket, key, version, run, landed_at, counts) values ($1, $2, $3, $4, $5, $6, $2, $7, $8)`,
      [table, run, source, bucket, key, origin.version, new Date(at), JSON.stringify(counts)],
    )
  }
}

const quoted = (name: string) => `"${name}"`

async function* inTurn(rows: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* rows
}
