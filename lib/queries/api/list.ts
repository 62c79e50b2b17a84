import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import type { Context } from '#lib/db/context.ts'
import { FAILED_RUNS_MARK, type FailedRun } from '#lib/db/runs/failed-runs.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { newestId } from '#lib/queries/shared/newest-id.ts'
import { type AgainOfAnswer, againFor } from './again-answers.ts'
import { readCursor, toCursor } from './cursor.ts'
import { PAGE_ITEMS } from './questions.ts'
import type { ApiFailedRun } from './shapes.ts'

/** An item with its place in the order of its list, which stays whatever comes or goes. */
export interface Placed<T> {
  place: string
  item: T
}

export interface ListQuestion {
  cursor?: string | undefined
  limit?: number | undefined
  format?: 'json' | 'ndjson' | undefined
}

/** What may stand in the query of an address, each name once. */
export type QuestionSchema<Q> = z.ZodType<Q> & { shape: Record<string, unknown> }

/** A list of the API: what it can be asked, what its items are, and how some of them are read. */
export interface ApiList<Q extends ListQuestion, T> {
  name: string
  question: QuestionSchema<Q>
  /** What stands for a place, as a cursor holds it. */
  place: RegExp
  /** The items after a place (null: from the first), at most `limit`, in their order; filtered in SQL. */
  read(ctx: Context, question: Q, after: string | null, limit: number, again: AgainOfAnswer): Promise<Placed<T>[]>
  /** Another text when anything in the list has changed for this reader; where it is not given, what all lists have in common does. */
  mark?(ctx: Context, question: Q, again: AgainOfAnswer): Promise<string>
}

export interface ApiPage<T> {
  items: T[]
  /** Where the next answer begins; null when there is nothing more. */
  next: string | null
}

const BATCH_ITEMS = 1000

/** One answer's worth of a list. */
export async function getApiPage<Q extends ListQuestion, T>(ctx: Context, list: ApiList<Q, T>, question: Q): Promise<ApiPage<T>> {
  const limit = question.limit ?? PAGE_ITEMS
  const found = await list.read(ctx, question, placeOf(list, question), limit + 1, againFor(ctx))
  const shown = found.slice(0, limit)
  const last = found.length > limit ? shown.at(-1) : undefined
  return { items: shown.map(({ item }) => item), next: last === undefined ? null : cursorAt(list, question, last.place) }
}

/**
 * A list to its end, batch by batch: the next is read when it is asked for, and between two nothing is held, neither a connection nor what
 * was read. What comes or goes meanwhile is told or not, and nothing is told twice or left out because of it.
 */
export async function* readWhole<Q extends ListQuestion, T>(
  ctx: Context,
  list: ApiList<Q, T>,
  question: Q,
  again: AgainOfAnswer = againFor(ctx),
): AsyncGenerator<T[]> {
  let after = placeOf(list, question)
  for (;;) {
    const found = await list.read(ctx, question, after, BATCH_ITEMS, again)
    if (found.length > 0) yield found.map(({ item }) => item)
    if (found.length < BATCH_ITEMS) return
    after = found.at(-1)?.place ?? null
  }
}

/** A mark that is another one when anything in the list has changed for this reader. */
export async function getListMark<Q extends ListQuestion, T>(
  ctx: Context,
  list: ApiList<Q, T>,
  question: Q,
  again: AgainOfAnswer = againFor(ctx),
): Promise<string> {
  return digest(list.mark === undefined ? await markOfSubjects(ctx) : await list.mark(ctx, question, again))
}

const EDGES = "(select concat_ws(':', max(id), max(to_at)) from lineage_edge)"
/** Of an edge of which one end is not seen it is told that it is there. */
const UNSEEN_EDGES = '(select sum(hashtext(asset_id || is_upstream::text)::bigint) from unseen_neighbour)'

/** Another text when anything of the groups, feeds and assets has changed for this reader. */
export async function markOfSubjects(ctx: Context): Promise<string> {
  const { rows } = await ctx.pool.query<{ mark: string }>(
    `select concat_ws('|', (select id from ${IN_FORCE} v),
      (select count(*) || ':' || coalesce(max(id), 0) from subject),
      ${newestId('status_change')}, ${newestId('arrival')}, ${newestId('status_span')}, ${EDGES}, ${ctx.actor.audience === null ? 'null' : UNSEEN_EDGES}, ${FAILED_RUNS_MARK},
      (select coalesce(sum(hashtext(subject_id || '|' || coalesce(attempted_at::text, '') || coalesce(verdict::text, ''))::bigint), 0)
       from asset left join sight on asset_id = subject_id)) as mark`,
  )
  return rows[0]?.mark ?? ''
}

/** Sums, not the latest: what is written down last may have been seen, or told, before something else. */
const FOUND_MARK = `
  select concat_ws(':', (select count(*) || '-' || sum(extract(epoch from changed_at)) from found_asset),
    (select concat_ws('-', count(*), sum(extract(epoch from told_at)), sum(asset_id)) from push_dataset)) as mark`

/** Another text when anything of what was found or pushed has changed for this reader. */
export async function markOfFound(ctx: Context): Promise<string> {
  const { rows } = await ctx.pool.query<{ mark: string }>(FOUND_MARK)
  return rows[0]?.mark ?? ''
}

/** Short, and another one for another text. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 27)
}

/** The place a cursor stands for; null when it was not handed out for this list with these filters. */
export function placeAt<Q extends ListQuestion, T>(list: ApiList<Q, T>, question: Q, cursor: string): string | null {
  const place = readCursor(signatureOf(list, question), cursor)
  return place !== null && list.place.test(place) ? place : null
}

/** The cursor that stands for a place of this very list with these filters. */
export function cursorAt<Q extends ListQuestion, T>(list: ApiList<Q, T>, question: Q, place: string): string {
  return toCursor(signatureOf(list, question), place)
}

function placeOf<Q extends ListQuestion, T>(list: ApiList<Q, T>, question: Q): string | null {
  const { cursor } = question
  if (cursor === undefined) return null
  const place = placeAt(list, question, cursor)
  if (place !== null) return place
  throw new TidemarkError('invalid', {
    publicMessage: '"cursor" is none that was handed out for this list with these filters. Leave it out to begin anew.',
  })
}

/** The list and its filters, the same whatever order these were written in. */
function signatureOf<Q extends ListQuestion, T>(
  { name }: ApiList<Q, T>,
  { cursor: _cursor, limit: _limit, format: _format, ...filters }: Q,
): string {
  return JSON.stringify([
    name,
    ...Object.entries(filters)
      .filter(([, value]) => value !== undefined)
      .sort(),
  ])
}

/** The run because of which a promise is broken, as the API tells it. */
export function toToldRun(run: FailedRun | null): ApiFailedRun {
  if (run === null) return null
  const { id, state, says, inARow, words } = run
  return { id, state, says, inARow, words }
}

/** An instant as the API says it. */
export function toTime(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

/**
 * SQL: the subjects `s` of a kind after the place `$1` that are there; since the instant `$3` only those that came or left, or for which
 * `changed` holds, or all when a catalogue was accepted, by which names, owners and promises may be others.
 */
export function subjectsOf(kind: 'group' | 'feed' | 'asset', changed: string): string {
  return `s.kind = '${kind}' and s.id > $1 and (s.removed_at is null or s.removed_at >= $3)
    and ($3::timestamptz is null or s.created_at >= $3 or s.removed_at >= $3
      or exists (select 1 from catalogue_version where accepted_at >= $3) or ${changed})`
}
