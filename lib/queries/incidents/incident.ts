import { loadGoneStretches } from '#lib/db/catalogue/connection-names.ts'
import type { Context } from '#lib/db/context.ts'
import { loadConcernedByIncidents } from '#lib/db/incidents/concerned-readers.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import { causesIn, type FactEntry, type IncidentKey, incidentsIn } from '#lib/domain/incidents/incident.ts'
import { type Said, timelineOf } from '#lib/domain/incidents/said.ts'
import type { CauseKey } from '#lib/domain/lineage/causes/cause.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type CauseName, getCauseNames } from '#lib/queries/outlook/cause-names.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { type ChangeBefore, getChangesBefore } from './changes-before.ts'
import { connectionsIn, type IncidentLine, LINES, type LineRow, toLine } from './incident-lines.ts'
import { getLinked, type Linked } from './linked.ts'
import { getSaid } from './said.ts'

/** An asset that belongs or belonged to an incident, as it stands now. */
export interface IncidentMember {
  id: number
  key: string
  name: string
  feed: { key: string; name: string }
  group: { key: string; name: string }
  status: Status | null
  /** The first time it came in, and the last time it left; null: it is in. */
  from: Instant
  to: Instant | null
}

/** One incident, as far as the reader sees it. */
export interface IncidentView extends IncidentLine {
  /** The cause it opened with. */
  openedBy: CauseName | null
  cameFrom: number | null
  /** What the facts and people say, the oldest first. The facts name causes, assets and other incidents by keys, to be looked up here: what is not found is not seen. */
  timeline: (FactEntry | Said)[]
  causes: ReadonlyMap<CauseKey, CauseName>
  incidents: ReadonlyMap<IncidentKey, number>
  /** What is in first, then by group and feed. */
  members: IncidentMember[]
  /** Runs and orders that people linked. */
  linked: Linked[]
  /** What changed of it and of what it is made from in the day before it opened, and in its first minutes; the newest first. */
  before: ChangeBefore[]
}

interface Row extends LineRow {
  openedBy: CauseKey
  cameFrom: number | null
  whole: FactEntry[]
}

const ONE = LINES.replace('select i.id,', `select i.id, i.opened_by as "openedBy", i.came_from_id as "cameFrom", i.entries as whole,`)

const MEMBERS = `
  select s.id, s.key, s.name, jsonb_build_object('key', fs.key, 'name', fs.name) as feed, jsonb_build_object('key', gs.key, 'name', gs.name) as "group",
    sp.status, ${instant('min(m.from_at)')} as "from", case when bool_or(m.to_at is null) then null else ${instant('max(m.to_at)')} end as "to"
  from incident_member m join asset a on a.subject_id = m.asset_id join subject s on s.id = m.asset_id join feed f on f.subject_id = a.feed_id
  join subject fs on fs.id = f.subject_id join subject gs on gs.id = f.group_id
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  where m.incident_id = $1
  group by s.id, s.key, s.name, fs.id, fs.key, fs.name, fs.position, gs.id, gs.key, gs.name, gs.position, s.position, sp.status
  order by bool_or(m.to_at is null) desc, gs.position, gs.id, fs.position, fs.id, s.position, s.id`

/** How assets came and went, of which somebody sees nothing else. */
const STRETCHES = `select asset_id as "assetId", ${instant('from_at')} as "from", ${instant('to_at')} as "to" from incident_member where incident_id = $1`

const RELATED = `select key, id from incident where key = any($1::text[])`

/** An incident; null for an id that names none, or one of which nothing is seen. */
export async function getIncident(ctx: Context, id: number): Promise<IncidentView | null> {
  const { rows } = await ctx.pool.query<Row>(`${ONE} where i.id = $1`, [id])
  const row = rows[0]
  if (row === undefined) return null
  const { whole, openedBy, cameFrom, ...line } = row
  const entries = whole.length > 0 ? whole : await seenEntries(ctx, row)
  const [said, members, related, causes, gone, concerned] = await Promise.all([
    getSaid(ctx, [id]),
    ctx.pool.query<IncidentMember>(MEMBERS, [id]),
    ctx.pool.query<{ key: IncidentKey; id: number }>(RELATED, [entries.flatMap(incidentsIn)]),
    getCauseNames(ctx, [openedBy, ...row.roots.map(({ key }) => key), ...entries.flatMap(causesIn)]),
    loadGoneStretches(ctx.pool, connectionsIn([row])),
    loadConcernedByIncidents(ctx.pool, [id], () => row.feeds),
  ])
  const own = said.get(id) ?? []
  return {
    ...toLine({ ...line, entries }, { said: own, names: causes, gone, concerned: concerned.get(id), now: ctx.clock.now() }),
    openedBy: causes.get(openedBy) ?? null,
    cameFrom,
    timeline: timelineOf({ entries }, own),
    causes,
    incidents: new Map(related.rows.map((one) => [one.key, one.id])),
    members: members.rows,
    linked: await getLinked(ctx, own),
    before: await getChangesBefore(ctx, row, members.rows, [...causes.keys()]),
  }
}

/** What happened to what is seen of an incident that is not seen whole. */
async function seenEntries(ctx: Context, { id, openedAt, endedAt, roots }: Row): Promise<FactEntry[]> {
  const { rows } = await ctx.pool.query<{ assetId: number; from: Instant; to: Instant | null }>(STRETCHES, [id])
  const came = Map.groupBy(rows, ({ from }) => from)
  const went = Map.groupBy(
    rows.filter(({ to }) => to !== null),
    ({ to }) => to ?? 0,
  )
  const idsOf = (some: readonly { assetId: number }[]) => some.map(({ assetId }) => assetId).sort((a, b) => a - b)
  const entries = [
    ...[...came].map(([at, some]): FactEntry => {
      const assetIds = idsOf(some)
      return at === openedAt
        ? { at, kind: 'opened', roots: roots.map(({ key }) => key), assetIds, cameFrom: null }
        : { at, kind: 'joined', assetIds }
    }),
    ...[...went].map(([at, some]): FactEntry => (at === endedAt ? { at, kind: 'resolved' } : { at, kind: 'left', assetIds: idsOf(some) })),
  ]
  return entries.sort((a, b) => a.at - b.at)
}
