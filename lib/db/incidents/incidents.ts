import { ms } from '#lib/db/causes/result-sql.ts'
import type { Sql } from '#lib/db/context.ts'
import { toText, toTextOrNull } from '#lib/db/instants.ts'
import type { KnownIncidents } from '#lib/domain/incidents/follow-incidents.ts'
import {
  causesIn,
  type Incident,
  type IncidentEnd,
  type IncidentKey,
  incidentsIn,
  type MemberSpan,
  SAME_INCIDENT_MS,
} from '#lib/domain/incidents/incident.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'

interface Row extends Pick<Incident, 'key' | 'openedAt' | 'openedBy' | 'cameFrom' | 'roots' | 'statuses' | 'entries'> {
  endedAt: Instant | null
  endHow: IncidentEnd['how'] | null
  mergedInto: IncidentKey | null
  members: MemberSpan[] | null
  told: boolean
}

const KNOWN = `
  select i.key, ${ms('i.opened_at')} as "openedAt", i.opened_by as "openedBy", ${ms('i.ended_at')} as "endedAt", i.end_how as "endHow",
    into_.key as "mergedInto", from_.key as "cameFrom", i.roots, i.statuses, i.entries, i.told,
    (select json_agg(json_build_object('assetId', m.asset_id, 'from', ${ms('m.from_at')}, 'to', ${ms('m.to_at')}) order by m.from_at, m.asset_id)
     from incident_member m where m.incident_id = i.id) as members
  from incident i left join incident into_ on into_.id = i.merged_into_id left join incident from_ on from_.id = i.came_from_id
  where i.withdrawn_at is null and (i.ended_at is null or i.ended_at > $1) order by i.opened_at, i.id`

/** Of what had ended by then, only what late evidence moved has a key that might be given again. */
const TAKEN = `
  select key from incident i where i.withdrawn_at is null and i.ended_at <= $1 and i.key <> i.opened_by || '@' || ${ms('i.opened_at')}::bigint`

/** The incidents that facts from an instant on may change, which of them people were told of and not that they ended, and the keys that others have. */
export async function loadIncidents(sql: Sql, from: Instant): Promise<Omit<KnownIncidents, 'through'>> {
  const since = toText(from - SAME_INCIDENT_MS)
  const { rows } = await sql.query<Row>(KNOWN, [since])
  const { rows: others } = await sql.query<Pick<Row, 'key'>>(TAKEN, [since])
  return {
    incidents: rows.map(({ endedAt, endHow, mergedInto, members, told: _, ...row }) => ({
      ...row,
      members: members ?? [],
      end: endOf(endedAt, endHow, mergedInto),
    })),
    told: new Set(rows.flatMap(({ key, told }) => (told ? [key] : []))),
    taken: new Set(others.map(({ key }) => key)),
  }
}

function endOf(at: Instant | null, how: IncidentEnd['how'] | null, into: IncidentKey | null): IncidentEnd | null {
  if (at === null) return null
  return how === 'merged' && into !== null ? { at, how, into } : { at, how: 'resolved' }
}

const COLUMNS = 'opened_at, opened_by, ended_at, end_how, status, well_since, roots, statuses, entries, causes, related'
const STORED = `
  with given as (
    select * from jsonb_to_recordset($1::jsonb) as x(key text, opened_at timestamptz, opened_by text, ended_at timestamptz, end_how text, status text,
      well_since timestamptz, roots jsonb, statuses jsonb, entries jsonb, causes text[], related text[])
  ),
  updated as (
    update incident i set (${COLUMNS}, withdrawn_at) = (select ${COLUMNS}, null::timestamptz from given g where g.key = i.key)
    where i.key in (select key from given) returning i.key
  )
  insert into incident (key, ${COLUMNS}) select key, ${COLUMNS} from given where key not in (select key from updated) order by opened_at, key`

const REFERRED = `
  update incident i set came_from_id = (select id from incident o where o.key = x.came_from), merged_into_id = (select id from incident o where o.key = x.merged_into)
  from jsonb_to_recordset($1::jsonb) as x(key text, came_from text, merged_into text) where i.key = x.key`

const MEMBERS = `
  with given as (
    select i.id, m.asset_id, m.from_at, m.to_at
    from jsonb_to_recordset($1::jsonb) as x(key text, members jsonb) join incident i on i.key = x.key
    cross join lateral jsonb_to_recordset(x.members) as m(asset_id int, from_at timestamptz, to_at timestamptz)
  ),
  gone as (
    delete from incident_member m where m.incident_id in (select i.id from jsonb_to_recordset($1::jsonb) as x(key text) join incident i on i.key = x.key)
      and not exists (select from given g where g.id = m.incident_id and g.asset_id = m.asset_id and g.from_at = m.from_at)
  )
  insert into incident_member as m (incident_id, asset_id, from_at, to_at) select id, asset_id, from_at, to_at from given
  on conflict (incident_id, asset_id, from_at) do update set to_at = excluded.to_at where m.to_at is distinct from excluded.to_at`

/** Puts what the facts say of these in place of what was known of them; what people said stays. */
export async function storeIncidents(sql: Sql, incidents: readonly Incident[]): Promise<void> {
  if (incidents.length === 0) return
  const rows = incidents.map(toRow)
  await sql.query(STORED, [JSON.stringify(rows)])
  await sql.query(REFERRED, [JSON.stringify(rows.map(({ key, came_from, merged_into }) => ({ key, came_from, merged_into })))])
  const members = incidents.map(({ key, members }) => ({
    key,
    members: members.map(({ assetId, from, to }) => ({ asset_id: assetId, from_at: toText(from), to_at: toTextOrNull(to) })),
  }))
  await sql.query(MEMBERS, [JSON.stringify(members)])
}

function toRow(incident: Incident) {
  const { key, openedAt, openedBy, end, cameFrom, roots, statuses, entries } = incident
  const last = statuses.at(-1)
  return {
    key,
    opened_at: toText(openedAt),
    opened_by: openedBy,
    ended_at: toTextOrNull(end?.at ?? null),
    end_how: end?.how ?? null,
    came_from: cameFrom,
    merged_into: end?.how === 'merged' ? end.into : null,
    status: end === null && last?.to === null ? last.status : null,
    well_since: toTextOrNull(wellSince(incident)),
    roots,
    statuses,
    entries,
    causes: [...new Set([openedBy, ...roots.map((root) => root.key), ...entries.flatMap(causesIn)])],
    related: [
      ...new Set([...(cameFrom === null ? [] : [cameFrom]), ...(end?.how === 'merged' ? [end.into] : []), ...entries.flatMap(incidentsIn)]),
    ],
  }
}

/** Since when nothing of one that has not ended is unhealthy; null: something is. */
function wellSince({ end, roots }: Incident): Instant | null {
  const last = Math.max(...roots.map(({ to }) => to ?? END_OF_TIME))
  return end === null && last < END_OF_TIME && roots.length > 0 ? last : null
}

/** Says which people know to stand. */
export async function markTold(sql: Sql, told: ReadonlySet<IncidentKey>): Promise<void> {
  await sql.query('update incident set told = key = any($1::text[]) where told <> (key = any($1::text[]))', [[...told]])
}

/** Takes out what late evidence says never was, and what holds its members now. What people said something of, or were told of, is kept so that its address answers. */
export async function withdrawIncidents(
  sql: Sql,
  gone: readonly { key: IncidentKey; into: IncidentKey | null }[],
  now: Instant,
): Promise<void> {
  if (gone.length === 0) return
  const given = JSON.stringify(gone)
  await sql.query(
    `update incident i set withdrawn_at = $2, ended_at = null, end_how = null, well_since = null, status = null,
       merged_into_id = (select o.id from incident o where o.key = x."into") from jsonb_to_recordset($1::jsonb) as x(key text, "into" text) where i.key = x.key`,
    [given, toText(now)],
  )
  await sql.query(
    `delete from incident i using jsonb_to_recordset($1::jsonb) as x(key text) where i.key = x.key
       and not exists (select from incident_said s where s.incident_id = i.id) and not exists (select from incident_event e where e.incident_id = i.id)`,
    [given],
  )
}
