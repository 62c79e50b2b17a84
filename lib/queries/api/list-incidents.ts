import type { ConcernedReader } from '#lib/domain/contracts/concerned-readers.ts'
import { type FactEntry, incidentsIn } from '#lib/domain/incidents/incident.ts'
import type { Said } from '#lib/domain/incidents/said.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { IncidentView } from '#lib/queries/incidents/incident.ts'
import { type IncidentLine, LINES, type LineRow, toLines } from '#lib/queries/incidents/incident-lines.ts'
import type { CauseName } from '#lib/queries/outlook/cause-names.ts'
import type { ApiIncident, ApiIncidentEntry, ApiIncidentInFull } from './incident-answers.ts'
import type { ApiList } from './list.ts'
import { type IncidentsQuestion, incidentsQuestion } from './questions.ts'

const SOME = `${LINES}
  where i.withdrawn_at is null and ($1::timestamptz is null or (i.opened_at, i.id) < ($1, $2::int)) and ($4::boolean is null or (i.ended_at is not null) = $4)
    and ($5::text is null or exists (
      select from incident_member m join asset a on a.subject_id = m.asset_id join subject f on f.id = a.feed_id where m.incident_id = i.id and f.key = $5))
  order by i.opened_at desc, i.id desc limit $3`

const MARK = `
  select concat_ws('|', (select max(id) from incident_said), (select concat_ws(':', count(*), max(from_at), max(to_at)) from incident_member),
    (select sum(hashtext(concat_ws(':', id, ended_at, status, well_since, withdrawn_at, merged_into_id, roots))::bigint) from incident)) as mark`

/** Incidents, the newest first, as far as the reader sees them. */
export const INCIDENT_LIST: ApiList<IncidentsQuestion, ApiIncident> = {
  name: 'incidents',
  question: incidentsQuestion,
  place: /^\d{1,15}_\d{1,9}$/,
  async read(ctx, { feed, ended }, after, limit) {
    const [at, id] = after?.split('_') ?? []
    const { rows } = await ctx.pool.query<LineRow>(SOME, [at === undefined ? null : new Date(Number(at)), id, limit, ended, feed])
    return (await toLines(ctx, rows)).map((line) => ({ place: `${line.openedAt}_${line.id}`, item: toApiIncident(line) }))
  },
  async mark(ctx) {
    return String((await ctx.pool.query<{ mark: string }>(MARK)).rows[0]?.mark)
  },
}

const iso = (at: Instant) => new Date(at).toISOString()
const isoOrNull = (at: Instant | null) => (at === null ? null : iso(at))
const toCause = ({ kind, key, name }: CauseName) => ({ kind, key, name })

function toConcerned({ name, subject, group, owners, isNamed, isBelow }: ConcernedReader): ApiIncident['concerned'][number] {
  const knownBy = [...(isNamed ? (['contract'] as const) : []), ...(isBelow ? (['lineage'] as const) : [])]
  return { name, kind: subject?.kind ?? null, key: subject?.key ?? null, group, owners: [...owners], knownBy }
}

function toApiIncident(line: IncidentLine): ApiIncident {
  const { id, endHow, mergedInto, status, worst, feeds, assets, handling, update } = line
  return {
    id,
    openedAt: iso(line.openedAt),
    endedAt: isoOrNull(line.endedAt),
    endHow,
    mergedInto,
    wellSince: isoOrNull(line.wellSince),
    withdrawnAt: isoOrNull(line.withdrawnAt),
    status,
    worst,
    causes: line.roots.map((root) => ({ ...toCause(root), since: iso(root.since) })),
    feeds,
    assets,
    concerned: line.concerned.map(toConcerned),
    acknowledgedAt: isoOrNull(handling.acknowledged?.at ?? null),
    acknowledgedBy: handling.acknowledged?.by ?? null,
    assignee: handling.assignee,
    snoozedUntil: isoOrNull(handling.snoozedUntil),
    update: update === null ? null : { ...update, at: iso(update.at) },
  }
}

/** One incident as the API tells it. */
export function toIncidentInFull(incident: IncidentView): ApiIncidentInFull {
  const keys = new Map(incident.members.map(({ id, key }) => [id, key]))
  return {
    ...toApiIncident(incident),
    cameFrom: incident.cameFrom,
    openedBy: incident.openedBy === null ? null : toCause(incident.openedBy),
    timeline: incident.timeline.map((entry) => ('by' in entry ? saidEntry(entry) : factEntry(entry, incident, keys))),
    members: incident.members.map(({ key, name, feed, group, status, from, to }) => ({
      key,
      name,
      feed,
      group,
      status,
      from: iso(from),
      to: isoOrNull(to),
    })),
    linked: incident.linked.map((one) => ({ ...one, at: iso(one.at) })),
    changedBefore: incident.before.map((one) => ({ ...one, at: iso(one.at) })),
  }
}

function factEntry(entry: FactEntry, { causes, incidents }: IncidentView, keys: ReadonlyMap<number, string>): ApiIncidentEntry {
  const named = (some: Parameters<typeof causes.get>[0][]) => some.flatMap((key) => toCauses(causes.get(key)))
  const others = incidentsIn(entry).flatMap((key) => incidents.get(key) ?? [])
  return {
    at: iso(entry.at),
    kind: entry.kind,
    ...('roots' in entry && { causes: named(entry.roots) }),
    ...('came' in entry && { causes: named(entry.came), went: named(entry.went) }),
    ...('assetIds' in entry && { assets: entry.assetIds.flatMap((id) => keys.get(id) ?? []) }),
    ...(others.length > 0 && { incidents: others }),
    ...('from' in entry && { from: entry.from, to: entry.to }),
  }
}

function toCauses(name: CauseName | undefined) {
  return name === undefined ? [] : [toCause(name)]
}

function saidEntry(said: Said): ApiIncidentEntry {
  return {
    at: iso(said.at),
    kind: said.kind,
    by: said.by,
    ...('text' in said && { text: said.text }),
    ...(said.kind === 'assigned' && { assignee: said.to }),
    ...(said.kind === 'snoozed' && { until: isoOrNull(said.until) }),
    ...(said.kind === 'linked' && { [said.to.kind]: said.to.id }),
  }
}
