import type { Sql } from '#lib/db/context.ts'
import { toInstant, toText } from '#lib/db/instants.ts'
import { isDryRunSql } from '#lib/db/runs/runs.ts'
import { type EarlierFiles, FILE_TRIES_MAX, NO_EARLIER_FILES, pauseBeforeTry } from '#lib/domain/files/inbox-file.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Taker } from './inbox-files.ts'

/** Files that wait for a flow: since when the first and the last of them do. */
export interface WaitingFiles {
  flow: string
  firstAt: Instant
  lastAt: Instant
}

/** Which of these flows files wait for now. */
export async function listWaitingFiles(sql: Sql, flows: readonly string[], now: Instant): Promise<WaitingFiles[]> {
  if (flows.length === 0) return []
  const edge = (direction: '' | 'desc') => `
    (select arrived_at from inbox_file where flow_key = x.flow and state = 'arrived' and due_at <= $2 order by arrived_at ${direction} limit 1)`
  const { rows } = await sql.query<{ flow: string; first_at: Date | null; last_at: Date | null }>(
    `select x.flow, ${edge('')} as first_at, ${edge('desc')} as last_at from unnest($1::text[]) x(flow)`,
    [flows, toText(now)],
  )
  return rows.flatMap(({ flow, first_at: first, last_at: last }) =>
    first === null || last === null ? [] : [{ flow, firstAt: toInstant(first), lastAt: toInstant(last) }],
  )
}

/** Files that went down with every worker that carried them over have failed: they would take the next one with them. */
export async function failLostFiles(sql: Sql, { flow, runId, fence }: Taker, now: Instant): Promise<void> {
  await sql.query(
    `update inbox_file set ended_at = $4, reason = coalesce(reason, 'Each worker that carried it over was lost.'), state = 'failed'
     where flow_key = $1 and state = 'taken' and fence < $3 and tries >= $5
       and exists (select from run where id = $2 and fence = $3 and state = 'running')`,
    [flow, runId, fence, toText(now), FILE_TRIES_MAX],
  )
}

/** Gives taken files back that were not tried to their end; that counts as no try, and as none of their run. */
export async function giveBackFiles(sql: Sql, ids: readonly string[], fence: number): Promise<void> {
  if (ids.length === 0) return
  await sql.query(
    "update inbox_file set state = 'arrived', tries = greatest(tries - 1, 0), run_id = null where id = any($1::bigint[]) and state = 'taken' and fence = $2",
    [ids, fence],
  )
}

/** How many files of a flow wait for a run now. */
export async function countWaitingFiles(sql: Sql, flow: string, now: Instant): Promise<number> {
  const { rows } = await sql.query<{ count: string }>(
    "select count(*) from inbox_file where flow_key = $1 and state = 'arrived' and due_at <= $2",
    [flow, toText(now)],
  )
  return Number(rows[0]?.count ?? 0)
}

/** A run that carries nothing over file by file takes all that wait: it was asked for by them, and they end with it. */
export async function takeAllFiles(sql: Sql, { flow, runId, fence }: Taker, now: Instant): Promise<void> {
  await sql.query(
    `update inbox_file set state = 'taken', taken_at = $4, run_id = $2, fence = $3, tries = tries + 1
     where flow_key = $1 and state = 'arrived' and due_at <= $4`,
    [flow, runId, fence, toText(now)],
  )
}

/**
 * Ends what an ended run has still taken: landed with one that did its work, unless it carries files over one by one; else it waits for its next try, or has
 * failed with the run's words. Doing it twice changes nothing.
 */
export async function endFilesOfRun(sql: Sql, runId: string, now: Instant): Promise<void> {
  const dueAt = Array.from({ length: FILE_TRIES_MAX }, (_, tries) => toText(now + (pauseBeforeTry(tries) ?? 0)))
  await sql.query(
    `update inbox_file f set state = n.state, ended_at = case when n.state <> 'arrived' then $2::timestamptz end,
       reason = case when n.state <> 'landed' then n.reason end, due_at = coalesce(n.due_at, f.due_at)
     from (
       select i.id, coalesce(r.problem, 'Its run ended before it was carried over.') as reason, ($3::timestamptz[])[i.tries + 1] as due_at,
         case when r.state in ('completed', 'partial') and fl.settings ->> 'drainsInbox' is null then 'landed'
           when i.tries >= $4 then 'failed' else 'arrived' end as state
       from run r join flow fl on fl.name = r.flow join inbox_file i on i.flow_key = r.flow and i.run_id = r.id and i.state = 'taken'
       where r.id = $1 and r.state not in ('running', 'scheduled', 'overdue', 'crashed') for update of i
     ) n
     where f.id = n.id`,
    [runId, toText(now), dueAt, FILE_TRIES_MAX],
  )
}

/** How many runs of a flow have failed in a row, whoever asked for them, and when the last of them ended; null: the last one did not, or there was none. */
export async function getFailuresInARow(sql: Sql, flow: string): Promise<{ failures: number; lastAt: Instant } | null> {
  const { rows } = await sql.query<{ isGood: boolean; ended_at: Date }>(
    `select state in ('completed', 'partial') as "isGood", ended_at from run
     where flow = $1 and state in ('completed', 'partial', 'failed', 'timed-out', 'cancelled') and ended_at is not null and not ${isDryRunSql('run')} order by ended_at desc limit 10`,
    [flow],
  )
  const [last] = rows
  if (last === undefined || last.isGood) return null
  const good = rows.findIndex(({ isGood }) => isGood)
  return { failures: good < 0 ? rows.length : good, lastAt: toInstant(last.ended_at) }
}

/** Which of these flows have a run that goes on, or one that may begin at once. */
export async function listUnderWay(sql: Sql, flows: readonly string[], now: Instant): Promise<Set<string>> {
  const { rows } = await sql.query<{ flow: string }>(
    `select distinct flow from run where flow = any($1) and not ${isDryRunSql('run')}
       and (state = 'running' or (state in ('scheduled', 'overdue', 'crashed') and (attempt > 0 or scheduled_for <= $2)))`,
    [flows, toText(now)],
  )
  return new Set(rows.map(({ flow }) => flow))
}

/** What has become of the files that attempts of a run before this one have tried last, and that are in nobody's hands; of those that wait again their ids. */
export async function sumFilesOfRun(sql: Sql, { flow, runId, fence }: Taker): Promise<EarlierFiles> {
  const count = (state: string) => `count(*) filter (where state = '${state}')::float8`
  const landed = (column: string) => `coalesce(sum(${column}) filter (where state = 'landed'), 0)::float8`
  const { rows } = await sql.query<EarlierFiles>(
    `select ${count('landed')} as landed, ${landed('rows')} as rows, ${landed('rejected')} as rejected, ${landed('changed_bytes')} as "changedBytes",
       ${count('failed')} as failed, ${count('gone')} as gone,
       coalesce(array_agg(id::text) filter (where state = 'arrived' and reason is not null), '{}') as waiting,
       coalesce((array_agg(key || ': ' || reason order by taken_at desc, id desc) filter (where state in ('arrived', 'failed') and reason is not null))[1], '') as "lastReason"
     from inbox_file where flow_key = $1 and run_id = $2 and fence < $3`,
    [flow, runId, fence],
  )
  return rows[0] ?? NO_EARLIER_FILES
}
