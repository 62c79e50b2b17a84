import type { Context } from '#lib/db/context.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { FactEntry } from '#lib/domain/incidents/incident.ts'
import type { CauseKey } from '#lib/domain/lineage/causes/cause.ts'

/** A table of a feed that is not fresh, as the feed is by it; answers the table's id. */
export async function makeBrokenAsset({ pool, clock }: Context, feedId: number, key: string, status: Status = 'late'): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    `with s as (insert into subject (kind, key, name, created_at) values ('asset', $2, $2, $4) returning id),
       a as (
         insert into asset (subject_id, feed_id, asset_kind, connection_key, path, promised, problem, verdict)
         select id, $1, 'table', split_part($2, '/', 1), $2, true, 'It does not accept connections.', '{"explanation": "nothing has arrived"}' from s
       ),
       sp as (insert into status_span (subject_id, status, reason, from_at) select id, $3, 'overdue', $4 from s union all select $1, $3, 'overdue', $4)
     select id from s`,
    [feedId, key, status, new Date(clock.now())],
  )
  return rows[0]?.id ?? 0
}

/** Adds to what is known of an incident, as its news. */
export async function addEvent(
  { pool, clock }: Context,
  incidentId: number,
  kind: 'opened' | 'changed' | 'updated' | 'resolved',
  entry: { kind: FactEntry['kind'] | 'updated' },
): Promise<void> {
  const now = new Date(clock.now())
  await pool.query('insert into incident_event (incident_id, kind, at, recorded_at, entry) values ($1, $2, $3, $3, $4)', [
    incidentId,
    kind,
    now,
    JSON.stringify({ at: now.getTime(), ...entry }),
  ])
}

/** An incident that begins now, with its news; answers its id. */
export async function openIncident(ctx: Context, roots: readonly CauseKey[], assetIds: readonly number[]): Promise<number> {
  const now = ctx.clock.now()
  const spans = roots.map((key) => ({ key, since: now, from: now, to: null }))
  const entry = { at: now, kind: 'opened', roots, assetIds, cameFrom: null }
  const { rows } = await ctx.pool.query<{ id: number }>(
    `with i as (
       insert into incident (key, opened_at, opened_by, status, roots, statuses, entries, causes, related) values ($1, $2, $3, 'late', $4, '[]', $5, $6, '{}') returning id
     ), m as (insert into incident_member (incident_id, asset_id, from_at) select i.id, a, $2 from i, unnest($7::int[]) a)
     select id from i`,
    [`${roots[0]}@${now}`, new Date(now), roots[0], JSON.stringify(spans), JSON.stringify([entry]), roots, assetIds],
  )
  const id = rows[0]?.id ?? 0
  await addEvent(ctx, id, 'opened', { kind: 'opened' })
  return id
}

/** Lets a table be in an incident from now on, with the news of it. */
export async function joinIncident(ctx: Context, incidentId: number, assetId: number): Promise<void> {
  await ctx.pool.query('insert into incident_member (incident_id, asset_id, from_at) values ($1, $2, $3)', [
    incidentId,
    assetId,
    new Date(ctx.clock.now()),
  ])
  await addEvent(ctx, incidentId, 'changed', { kind: 'joined' })
}

/** Ends an incident now, well or in an older one, with the news of it. */
export async function endIncident(ctx: Context, incidentId: number, into: number | null = null): Promise<void> {
  const now = new Date(ctx.clock.now())
  await ctx.pool.query('update incident_member set to_at = $2 where incident_id = $1 and to_at is null and from_at < $2', [incidentId, now])
  await ctx.pool.query('delete from incident_member where incident_id = $1 and to_at is null', [incidentId])
  await ctx.pool.query('update incident set ended_at = $2, end_how = $3, merged_into_id = $4, status = null where id = $1', [
    incidentId,
    now,
    into === null ? 'resolved' : 'merged',
    into,
  ])
  await addEvent(ctx, incidentId, 'resolved', { kind: into === null ? 'resolved' : 'merged-into' })
}

/** What somebody says of an incident now. */
export async function sayOf(ctx: Context, incidentId: number, kind: string, words: Record<string, unknown>): Promise<void> {
  await ctx.pool.query(
    `insert into incident_said (incident_id, at, kind, said_by, actor_kind, words) values ($1, $2, $3, 'Ada', 'person', $4)`,
    [incidentId, new Date(ctx.clock.now()), kind, JSON.stringify(words)],
  )
}
