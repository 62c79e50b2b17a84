import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
import type { Verdict } from '#lib/domain/freshness/span.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

export type SubjectKind = 'asset' | 'feed' | 'group'

/** An asset, a feed or a group: what has a status. */
export interface Subject {
  id: number
  kind: SubjectKind
  key: string
  name: string
  createdAt: Instant
  removedAt: Instant | null
  nextChangeAt: Instant | null
}

/** What a rebuild keeps beside the spans of an asset: the latest verdict and when looking again would change it. */
export interface StoredVerdict extends Verdict {
  evaluatedAt: Instant
  /** `nextChangeAt` as it would be without blindness: what a good look that saw nothing new falls back to. */
  sightedChangeAt: Instant | null
  blindAfterMs: number | null
  /** From when on nobody knows any more unless somebody looks; null = never blind. */
  blindFrom: Instant | null
  /** Since when we have been blind by the settings in force then, as far as nobody has looked since; null = we were not. */
  blindSince: Instant | null
  clocks: JudgedClock[]
}

interface SubjectRow {
  id: number
  kind: SubjectKind
  key: string
  name: string
  created_at: Date
  removed_at: Date | null
  next_change_at: Date | null
}

function toSubject(row: SubjectRow): Subject {
  return {
    id: row.id,
    kind: row.kind,
    key: row.key,
    name: row.name,
    createdAt: toInstant(row.created_at),
    removedAt: toInstantOrNull(row.removed_at),
    nextChangeAt: toInstantOrNull(row.next_change_at),
  }
}

const COLUMNS = 'id, kind, key, name, created_at, removed_at, next_change_at'

/** SQL of the ids of followers: assets that are, or at some time were, to be as fresh as what they are made from. */
export const FOLLOWERS = 'select subject_id from follower'

/**
 * Locks subjects until the transaction ends and returns them, in id order. Whoever locks several kinds locks assets first (by `lockAssets`),
 * then feeds, then groups, so that two workers never wait for each other in a circle.
 */
export async function lockSubjects(sql: Sql, ids: readonly number[], where = ''): Promise<Subject[]> {
  if (ids.length === 0) return []
  const { rows } = await sql.query<SubjectRow>(
    `select ${COLUMNS} from subject where id = any($1::int[]) ${where} order by id for no key update`,
    [ids],
  )
  return rows.map(toSubject)
}

export async function lockAllSubjects(sql: Sql): Promise<Subject[]> {
  const found: Subject[] = []
  for (const kind of ['asset', 'feed', 'group']) {
    const { rows } = await sql.query<SubjectRow>(
      `select ${COLUMNS} from subject where kind = $1 order by id in (${FOLLOWERS}), id for no key update`,
      [kind],
    )
    found.push(...rows.map(toSubject))
  }
  return found
}

/**
 * Locks assets whose status is due to change, leaving out those another worker holds; followers among them are not locked yet. Those
 * without a verdict come last: a catalogue may bring thousands at once, and no status that people see waits for them.
 */
export async function lockDueAssets(sql: Sql, now: Instant, limit: number): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>(
    `with plain as (
       select s.id from subject s left join asset a on a.subject_id = s.id where s.next_change_at <= $1 and s.id not in (${FOLLOWERS})
       order by a.verdict is null, s.next_change_at, s.id limit $2 for no key update of s skip locked
     )
     select id from plain
     union all
     (select id from subject where next_change_at <= $1 and id in (${FOLLOWERS}) order by next_change_at, id limit $2 - (select count(*) from plain))`,
    [toText(now), limit],
  )
  return rows.map((row) => row.id)
}

/** The next instant at which a status changes by itself; null when none does. */
export async function nextDueAt(sql: Sql): Promise<Instant | null> {
  const { rows } = await sql.query<{ due: Date | null }>('select min(next_change_at) as due from subject where next_change_at is not null')
  return toInstantOrNull(rows[0]?.due ?? null)
}

/** Puts off the next look at one subject, so that a broken one cannot hold up the sweep. */
export async function postponeSubject(sql: Sql, id: number, until: Instant): Promise<void> {
  await sql.query('update subject set next_change_at = $2 where id = $1', [id, toText(until)])
}

/** Makes the sweep look at these assets now, unless it is to look even earlier. The instant is none that a next change was put off to. */
export async function markDue(sql: Sql, assetIds: readonly number[], at: Instant): Promise<void> {
  await sql.query(
    `update subject set next_change_at = least(next_change_at, $2::timestamptz) - interval '1 millisecond' where kind = 'asset' and id = any($1::int[])`,
    [assetIds, toText(at)],
  )
}

/** Stores verdicts and next changes of assets; null verdict: the asset has no promise any more. */
export async function storeVerdicts(
  sql: Sql,
  verdicts: readonly { assetId: number; nextChangeAt: Instant | null; verdict: StoredVerdict | null }[],
) {
  if (verdicts.length === 0) return
  await sql.query(
    `update subject s set next_change_at = x.next_change_at from unnest($1::int[], $2::timestamptz[]) as x(id, next_change_at)
     where s.id = x.id and s.next_change_at is distinct from x.next_change_at`,
    [verdicts.map((v) => v.assetId), verdicts.map((v) => toTextOrNull(v.nextChangeAt))],
  )
  await sql.query(
    `update asset a set verdict = nullif(x.verdict, 'null'::jsonb) from json_to_recordset($1::json) as x(id int, verdict jsonb)
     where a.subject_id = x.id`,
    [JSON.stringify(verdicts.map((v) => ({ id: v.assetId, verdict: v.verdict })))],
  )
}

/** What the latest verdict says about each of these assets, led by its name. */
export async function loadExplanations(sql: Sql, assetIds: readonly number[]): Promise<Map<number, string>> {
  if (assetIds.length === 0) return new Map()
  const { rows } = await sql.query<{ id: number; words: string }>(
    `select s.id, s.name || ': ' || (a.verdict ->> 'explanation') as words from asset a join subject s on s.id = a.subject_id
     where s.id = any($1::int[]) and a.verdict ->> 'explanation' is not null`,
    [assetIds],
  )
  return new Map(rows.map((row) => [row.id, row.words]))
}

/** The names of these subjects, and the service group each is in. */
export async function loadGroupNames(sql: Sql, ids: readonly number[]): Promise<Map<number, { name: string; groupId: number | null }>> {
  const { rows } = await sql.query<{ id: number; name: string; group_id: number | null }>(
    'select id, name, group_id from subject where id = any($1::int[])',
    [ids],
  )
  return new Map(rows.map(({ id, name, group_id: groupId }) => [id, { name, groupId }]))
}

/** Every subject of a kind, in id order, removed ones included. */
export async function listSubjectIds(sql: Sql, kind: SubjectKind): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>('select id from subject where kind = $1 order by id', [kind])
  return rows.map((row) => row.id)
}

export async function getSubject(sql: Sql, kind: SubjectKind, key: string): Promise<Subject | undefined> {
  const { rows } = await sql.query<SubjectRow>(`select ${COLUMNS} from subject where kind = $1 and key = $2`, [kind, key])
  return rows.map(toSubject)[0]
}
