import type { CatalogueFlow } from '#lib/catalogue/catalogue.ts'
import type { Sql } from '#lib/db/context.ts'
import { toText, toTextOrNull } from '#lib/db/instants.ts'
import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'

export const LOOK_WAYS = ['queue', 'listing'] as const
export type LookWay = (typeof LOOK_WAYS)[number]

/** A place where files are looked for, or a queue that tells of them (its place is empty). */
export interface FileLook {
  way: LookWay
  place: string
  everyMs: number
}

/** A queue is asked this long after it was emptied; whoever asks waits a few seconds for the first message besides. */
const QUEUE_EVERY_MS = 10 * SECOND_MS

function looksOf(flows: readonly CatalogueFlow[]): (FileLook & { connection: string })[] {
  const looks = flows.flatMap(({ on = [] }) =>
    on.flatMap((trigger): (FileLook & { connection: string })[] => {
      if (trigger.kind === 'file' && trigger.by === 'listing')
        return [{ connection: trigger.source, way: 'listing', place: trigger.place, everyMs: trigger.everyMs }]
      const isTold = trigger.kind === 'message' || (trigger.kind === 'file' && trigger.by === 'queue')
      return isTold ? [{ connection: trigger.source, way: 'queue', place: '', everyMs: QUEUE_EVERY_MS }] : []
    }),
  )
  const often = new Map<string, FileLook & { connection: string }>()
  for (const look of looks) {
    const name = JSON.stringify([look.connection, look.way, look.place])
    if (look.everyMs < (often.get(name)?.everyMs ?? Infinity)) often.set(name, look)
  }
  return [...often.values()]
}

/** Makes the table name exactly the places and queues by which these flows come to know of files; a new one is due at once. */
export async function syncLooks(sql: Sql, now: Instant, flows: readonly CatalogueFlow[]): Promise<void> {
  const given = `jsonb_to_recordset($1::jsonb) as x(connection text, way text, place text, "everyMs" int)`
  const looks = JSON.stringify(looksOf(flows))
  await sql.query(
    `insert into file_look as l (connection_key, way, place, every_ms, due_at) select connection, way, place, "everyMs", $2 from ${given}
     on conflict (connection_key, way, place) do update set every_ms = excluded.every_ms, due_at = least(l.due_at, $2::timestamptz + excluded.every_ms * interval '1 ms')
     where l.every_ms <> excluded.every_ms`,
    [looks, toText(now)],
  )
  await sql.query(
    `delete from file_look l where not exists (select from ${given} where x.connection = l.connection_key and x.way = l.way and x.place = l.place)`,
    [looks],
  )
}

/** SQL: a look is due, or whoever had it in hand was lost. */
const isDue = (at: string) => `case when l.taken_until is null then l.due_at <= ${at} else l.taken_until <= ${at} end`

/** While somebody has it in hand a look is due at the end of time, unless somebody wants one more. */
const IN_HAND = "'9999-12-31'"

/** The connections that are to be asked for files now and how: queues first, which are asked often and are soon empty, then the longest waiting. */
export async function listDueLooks(sql: Sql, now: Instant): Promise<{ connection: string; way: LookWay }[]> {
  const { rows } = await sql.query<{ connection: string; way: LookWay }>(
    `select c.key as connection, l.way from file_look l join connection_state c on c.key = l.connection_key and c.removed_at is null
     where ${isDue('$1')} group by c.key, l.way order by l.way = 'queue' desc, min(l.due_at), c.key`,
    [toText(now)],
  )
  return rows
}

/** The looks of a connection that somebody began at an instant, and until when nobody else begins them. */
export interface Hold {
  connection: string
  way: LookWay
  at: Instant
  until: Instant
}

/** Takes the due looks of a connection of one way, those that are due most often first. */
export async function takeLooks(sql: Sql, { connection, way, at, until }: Hold): Promise<FileLook[]> {
  const { rows } = await sql.query<FileLook>(
    `update file_look l set taken_until = $3, looked_at = $2, due_at = ${IN_HAND}
     where l.connection_key = $1 and l.way = $4 and ${isDue('$2')} returning way, place, every_ms as "everyMs"`,
    [connection, toText(at), toText(until), way],
  )
  return rows.sort((a, b) => a.everyMs - b.everyMs || (a.place < b.place ? -1 : 1))
}

/** Keeps what is still in hand for longer. */
export async function holdLooks(sql: Sql, { connection, way, at, until }: Hold): Promise<void> {
  await sql.query(
    'update file_look set taken_until = $3 where connection_key = $1 and way = $4 and looked_at = $2 and taken_until is not null',
    [connection, toText(at), toText(until), way],
  )
}

/** Notes how a look ended that was taken at `at`, and plans the next one, unless somebody wants one sooner. */
export async function noteLook(
  sql: Sql,
  { connection, at }: Pick<Hold, 'connection' | 'at'>,
  { way, place }: Pick<FileLook, 'way' | 'place'>,
  { dueAt, okAt, problem }: { dueAt: Instant; okAt: Instant | null; problem: string | null },
): Promise<void> {
  await sql.query(
    `update file_look set taken_until = null, ok_at = coalesce($6, ok_at), problem = $7, due_at = least(due_at, $5::timestamptz)
     where connection_key = $1 and way = $2 and place = $4 and looked_at = $3`,
    [connection, way, toText(at), place, toText(dueAt), toTextOrNull(okAt), problem],
  )
}

/** Looks for the files of a flow at once: somebody wants it to run. What is in hand is looked at once more after it. */
export async function lookSoon(sql: Sql, flow: string, now: Instant): Promise<void> {
  await sql.query(
    `update file_look l set due_at = $2 from flow f cross join jsonb_array_elements(f.settings -> 'on') t(trigger)
     where f.name = $1 and l.connection_key = t.trigger ->> 'source' and l.due_at > $2
       and (l.way = 'queue' or (t.trigger ->> 'by' = 'listing' and l.place = t.trigger ->> 'place'))`,
    [flow, toText(now)],
  )
}
