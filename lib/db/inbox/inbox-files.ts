import { createHash } from 'node:crypto'
import type { Sql } from '#lib/db/context.ts'
import { toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import { type FileState, type InboxFile, type LandedCounts, UNDATED_MARKS, versionOfMark } from '#lib/domain/files/inbox-file.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { noteLandedShape } from './landed-shapes.ts'

/** A version of a file to be kept in an inbox. */
export interface ArrivingFile {
  bucket: string
  key: string
  version: string
  bytes: number | null
  modifiedAt: Instant | null
  /** Without zeros at its end, in small letters: of one key the greater one is later. */
  sequencer: string | null
  /** Why its flow does not take it: it has failed as it comes; absent: it waits. */
  refusal?: string | null
}

/** Whose inbox, through which connection the files are opened, and whether a listing saw them. */
export interface Arrival {
  flow: string
  source: string
  now: Instant
  isListed: boolean
}

/** A file that a run has taken, and how often it was tried, this time included. */
export interface TakenFile {
  id: string
  tries: number
  file: InboxFile
}

/** The attempt of a run that has taken a file. */
export interface Taker {
  flow: string
  runId: string
  fence: number
}

function hashOf(source: string, { bucket, key }: Pick<ArrivingFile, 'bucket' | 'key'>): string {
  return createHash('sha256')
    .update(JSON.stringify([source, bucket, key]))
    .digest('base64url')
    .slice(0, 32)
}

function toRows({ source }: Arrival, files: readonly ArrivingFile[]): string {
  const rows = files.map(({ bucket, key, version, bytes, modifiedAt, sequencer, refusal = null }) => {
    const modified_at = toTextOrNull(modifiedAt)
    return { bucket, key, key_hash: hashOf(source, { bucket, key }), version, bytes, sequencer, modified_at, refusal }
  })
  // One statement may touch a row once; of two that tell of one version the later one stands.
  const distinct = new Map(rows.map((row) => [`${row.key_hash}\n${row.version}`, row]))
  for (const row of rows) {
    const name = `${row.key_hash}\n${row.version}`
    if ((row.sequencer ?? '') > (distinct.get(name)?.sequencer ?? '')) distinct.set(name, row)
  }
  return JSON.stringify([...distinct.values()])
}

const FILES =
  'jsonb_to_recordset($4::jsonb) as x(bucket text, key text, key_hash text, version text, bytes bigint, sequencer text, modified_at timestamptz, refusal text)'

/** SQL: nothing was told by which one content of `f` can be told from the next: told again, its store has to say whether it is another one. */
const IS_UNMARKED = `(f.version like '${UNDATED_MARKS}' and f.state in ('landed', 'failed'))`
const IS_BACK = `(f.state = 'gone' or ${IS_UNMARKED})`

// What a listing sees again, thousands at a time, is left untouched: a conflict would lock its row, which writes it.
const INSERT = `
  insert into inbox_file as f (flow_key, source, bucket, key, key_hash, version, bytes, sequencer, modified_at, arrived_at, due_at, seen_at, state, reason, ended_at)
  select $1, $2, x.bucket, x.key, x.key_hash, x.version, x.bytes, x.sequencer, x.modified_at, $3, $3, case when $5 then $3::timestamptz end,
    case when x.refusal is null then 'arrived' else 'failed' end, x.refusal, case when x.refusal is not null then $3::timestamptz end
  from ${FILES}
  left join lateral (
    select k.state <> 'gone' and coalesce(k.seen_at, k.arrived_at) >= $3::timestamptz - interval '1 day' as "isKnown" from inbox_file k
    where k.flow_key = $1 and k.key_hash = x.key_hash and k.version = x.version limit 1
  ) seen on $5
  where seen."isKnown" is not true
  order by x.key_hash, x.version
  on conflict (flow_key, key_hash, version) do update set
    sequencer = greatest(f.sequencer, excluded.sequencer), seen_at = coalesce(excluded.seen_at, f.seen_at),
    modified_at = case when ${IS_BACK} then excluded.modified_at else f.modified_at end,
    arrived_at = case when ${IS_BACK} then excluded.arrived_at else f.arrived_at end,
    due_at = case when ${IS_BACK} then excluded.due_at else f.due_at end,
    tries = case when ${IS_BACK} then 0 else f.tries end, reason = case when ${IS_BACK} then excluded.reason else f.reason end,
    ended_at = case when ${IS_BACK} then excluded.ended_at else f.ended_at end,
    state = case when ${IS_BACK} then excluded.state else f.state end
  where (f.state = 'gone' and $5) or ${IS_UNMARKED} or excluded.sequencer > f.sequencer
    or (f.state = 'gone' and excluded.sequencer is null and excluded.modified_at > f.modified_at)
    or excluded.seen_at > coalesce(f.seen_at, f.arrived_at) + interval '1 day'
  returning xmax = 0 or arrived_at = $3 as "isNew"`

/** Keeps files that are not known yet, in one statement, and answers how many those are. One that was gone and is there again is new. */
export async function insertFiles(sql: Sql, by: Arrival, files: readonly ArrivingFile[]): Promise<number> {
  if (files.length === 0) return 0
  const { rows } = await sql.query<{ isNew: boolean }>(INSERT, [by.flow, by.source, toText(by.now), toRows(by, files), by.isListed])
  return rows.filter(({ isNew }) => isNew).length
}

/** Keeps that files were removed in their store, where what was written before has not landed: told in any order, it says why that cannot be read. */
export async function insertRemovals(sql: Sql, by: Arrival, files: readonly ArrivingFile[]): Promise<void> {
  if (files.length === 0) return
  await sql.query(
    `insert into inbox_file (flow_key, source, bucket, key, key_hash, version, sequencer, modified_at, arrived_at, due_at, state, reason, ended_at)
     select $1, $2, x.bucket, x.key, x.key_hash, x.version, x.sequencer, x.modified_at, $3, $3, 'gone', 'It was removed in its store.', $3 from ${FILES}
     where not exists (
       select from inbox_file o where o.flow_key = $1 and o.key_hash = x.key_hash and o.state = 'landed' and o.sequencer < x.sequencer)
     order by x.key_hash, x.version on conflict do nothing`,
    [by.flow, by.source, toText(by.now), toRows(by, files)],
  )
}

/** SQL: `run` $2 is still in the hands of the attempt $3. */
const HELD = "exists (select from run where id = $2 and fence = $3 and state = 'running')"

interface TakenRow {
  id: string
  tries: number
  source: string
  bucket: string
  key: string
  version: string
  bytes: string | null
  modified_at: Date | null
}

/** Which files are taken: those that wait, the longest waiting first, and before them those that an attempt before has left. */
export interface WantedFiles {
  most: number
  waiting: boolean
  leftOver: boolean
}

/** Takes files of a flow; none when the run is no longer the attempt's. */
export async function takeFiles(
  sql: Sql,
  { flow, runId, fence }: Taker,
  { most, waiting, leftOver }: WantedFiles,
  now: Instant,
): Promise<TakenFile[]> {
  const { rows } = await sql.query<TakenRow>(
    `with left_over as (
       select id from inbox_file where flow_key = $1 and state = 'taken' and fence < $3 and $6 order by id limit $4 for update skip locked
     ), waiting as (
       select id from inbox_file where flow_key = $1 and state = 'arrived' and due_at <= $5 and $7 order by arrived_at, id limit $4 for update skip locked
     )
     update inbox_file f set state = 'taken', taken_at = $5, run_id = $2, fence = $3, tries = tries + 1
     from (select id from left_over union all select id from waiting limit $4) next
     where f.id = next.id and ${HELD}
     returning f.id::text, f.tries, f.source, f.bucket, f.key, f.version, f.bytes, f.modified_at`,
    [flow, runId, fence, most, toText(now), leftOver, waiting],
  )
  return rows.sort((a, b) => Number(a.id) - Number(b.id)).map(toTaken)
}

function toTaken({ id, tries, bytes, modified_at, version, ...file }: TakenRow): TakenFile {
  return {
    id,
    tries,
    file: {
      ...file,
      version: versionOfMark(version),
      bytes: bytes === null ? null : Number(bytes),
      modifiedAt: toInstantOrNull(modified_at),
    },
  }
}

/** SQL: something later is known of the key of `f`. A store with versions may still have both. */
const IS_REPLACED = `exists (
  select from inbox_file o where o.flow_key = f.flow_key and o.key_hash = f.key_hash and o.id <> f.id and case
    when o.sequencer is not null and f.sequencer is not null then o.sequencer > f.sequencer
    else coalesce(o.modified_at, o.arrived_at) > coalesce(f.modified_at, f.arrived_at) end)`

/** Notes that a taken file has landed; false when it is in other hands by now. */
export async function noteLanded(sql: Sql, id: string, fence: number, counts: LandedCounts, now: Instant): Promise<boolean> {
  const { rows } = await sql.query<{ flow: string; source: string; bucket: string; key: string }>(
    `update inbox_file set state = 'landed', reason = null, ended_at = $3, rows = $4, rejected = $5, bytes = $6, encoding = $7, changed_bytes = $8
     where id = $1 and state = 'taken' and fence = $2 returning flow_key as flow, source, bucket, key`,
    [id, fence, toText(now), counts.rows, counts.rejected, counts.bytes, counts.encoding, counts.changedBytes],
  )
  const [landed] = rows
  if (landed === undefined) return false
  const { flow, source, bucket, key } = landed
  if (counts.shape !== undefined)
    await noteLandedShape(sql, now, flow, { file: bucket === '' ? key : `${bucket}/${key}`, source, shape: counts.shape })
  return true
}

/**
 * Notes why a taken file could not be carried over: it waits until `againAt`, or (null) has failed. One that its store does not have (`isGone`) is gone where
 * something later is known of its key, where a listing tells when it is there again, or after its last try. Answers what became of it; undefined when it is
 * in other hands by now.
 */
export async function noteNotLanded(
  sql: Sql,
  {
    id,
    fence,
    reason,
    againAt,
    isGone,
    now,
  }: { id: string; fence: number; reason: string; againAt: Instant | null; isGone: boolean; now: Instant },
): Promise<FileState | undefined> {
  const { rows } = await sql.query<{ state: FileState }>(
    `update inbox_file f set reason = $3, due_at = coalesce($4::timestamptz, due_at), ended_at = case when n.state <> 'arrived' then $5::timestamptz end, state = n.state
     from (
       select f.id, case when $6 and ($4::timestamptz is null or f.seen_at is not null or ${IS_REPLACED}) then 'gone'
         when $4::timestamptz is null then 'failed' else 'arrived' end as state
       from inbox_file f where f.id = $1 and f.state = 'taken' and f.fence = $2 for update
     ) n
     where f.id = n.id returning f.state`,
    [id, fence, reason, toTextOrNull(againAt), toText(now), isGone],
  )
  return rows[0]?.state
}

/** Lets failed files wait anew, from their first try on: all of a flow (null), or those named, which may also wait for their next try. */
export async function retryFailedFiles(sql: Sql, flow: string, ids: readonly string[] | null, now: Instant): Promise<number> {
  const { rowCount } = await sql.query(
    `update inbox_file set state = 'arrived', tries = 0, reason = null, ended_at = null, due_at = $3
     where flow_key = $1 and case when $2::bigint[] is null then state = 'failed' else state in ('failed', 'arrived') and id = any($2) end`,
    [flow, ids, toText(now)],
  )
  return rowCount ?? 0
}

/** Lets files of a flow that landed before an instant wait again, while the run is still the attempt's; answers how many. */
export async function landFilesAgain(sql: Sql, { flow, runId, fence }: Taker, landedBefore: Instant, now: Instant): Promise<number> {
  const { rowCount } = await sql.query(
    // None landed before it arrived: there is an index of that.
    `update inbox_file set state = 'arrived', tries = 0, reason = null, ended_at = null, due_at = $5
     where flow_key = $1 and arrived_at < $4 and state = 'landed' and ended_at < $4 and ${HELD}`,
    [flow, runId, fence, toText(landedBefore), toText(now)],
  )
  return rowCount ?? 0
}
