import { type GoneStretch, loadGoneStretches } from '#lib/db/catalogue/connection-names.ts'
import type { Context } from '#lib/db/context.ts'
import { type ConcernedByBreak, loadConcernedByIncidents } from '#lib/db/incidents/concerned-readers.ts'
import type { ConcernedReader } from '#lib/domain/contracts/concerned-readers.ts'
import { type Status, worstOf } from '#lib/domain/freshness/status.ts'
import type { FactEntry, IncidentEnd, RootSpan, StatusSpan } from '#lib/domain/incidents/incident.ts'
import { type Handling, handlingAt, type Said } from '#lib/domain/incidents/said.ts'
import { assetOf, partsOfCause } from '#lib/domain/lineage/causes/cause.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import { type CauseName, getCauseNames } from '#lib/queries/outlook/cause-names.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { getSaid } from './said.ts'

/** A feed of which something belongs to an incident, and how much. */
export interface IncidentFeed {
  key: string
  name: string
  group: { key: string; name: string }
  owner: string | null
  assets: number
}

/** An incident in a list, as far as the reader sees it. */
export interface IncidentLine {
  id: number
  openedAt: Instant
  endedAt: Instant | null
  /** Well again, or gone on in `mergedInto`; null: it has not ended. */
  endHow: IncidentEnd['how'] | null
  mergedInto: number | null
  /** Nothing of it is unhealthy since then; it ends when that has lasted for a quarter of an hour. */
  wellSince: Instant | null
  /** Late evidence says that it never was; what held its members is `mergedInto`. */
  withdrawnAt: Instant | null
  /** The worst of what it holds now; null: nothing. */
  status: Status | null
  /** The worst it ever was, as far as that is told. */
  worst: Status | null
  /** What it stands on; of one that is over what it was about, each with since when, and until when it stood here; `isBroken`: its contract is or was. */
  roots: (CauseName & { since: Instant; to: Instant | null; isBroken: boolean })[]
  /** Of what it holds now; of one that is well, of all that it ever held. The feed with the most of it first. */
  feeds: IncidentFeed[]
  assets: number
  /** Of one about a broken contract: who reads what that is about, without the feeds that it holds back. */
  concerned: ConcernedReader[]
  handling: Handling
  /** The last that was written to everybody. */
  update: { at: Instant; by: string; text: string } | null
}

/** What a line is made of. */
export interface LineRow extends Omit<IncidentLine, 'roots' | 'handling' | 'update' | 'worst' | 'assets' | 'concerned'> {
  roots: RootSpan[]
  statuses: StatusSpan[]
  entries: FactEntry[]
}

const FEEDS = `
  select fs.key, fs.name, jsonb_build_object('key', gs.key, 'name', gs.name) as "group", f.owner, count(distinct m.asset_id)::int as assets
  from incident_member m join asset a on a.subject_id = m.asset_id join feed f on f.subject_id = a.feed_id
  join subject fs on fs.id = f.subject_id join subject gs on gs.id = f.group_id
  where m.incident_id = i.id and (m.to_at is null or not exists (select from incident_member o where o.incident_id = i.id and o.to_at is null))
  group by fs.key, fs.name, gs.key, gs.name, f.owner, gs.position, fs.position order by 5 desc, gs.position, fs.position, fs.key`

/** SQL: the rows of lines of `incident i`. Which assets came and went is left out: it may be thousands. */
export const LINES = `
  select i.id, ${instant('i.opened_at')} as "openedAt", ${instant('i.ended_at')} as "endedAt", i.end_how as "endHow", i.merged_into_id as "mergedInto",
    ${instant('i.well_since')} as "wellSince", ${instant('i.withdrawn_at')} as "withdrawnAt", i.status, i.roots, i.statuses,
    coalesce((select jsonb_agg(e.value - 'assetIds' order by e.place) from jsonb_array_elements(i.entries) with ordinality e(value, place)), '[]') as entries,
    coalesce((select jsonb_agg(to_jsonb(x)) from (${FEEDS}) x), '[]') as feeds
  from incident i`

/** Lines in the order of their rows, with who is on each and what was written last. */
export async function toLines(ctx: Context, rows: readonly LineRow[]): Promise<IncidentLine[]> {
  const said = await getSaid(
    ctx,
    rows.map(({ id }) => id),
  )
  const names = await getCauseNames(
    ctx,
    rows.flatMap((row) => rootsOf(row).map(({ key }) => key)),
  )
  const gone = await loadGoneStretches(ctx.pool, connectionsIn(rows))
  const concerned = await getConcerned(ctx, rows)
  return rows.map((row) =>
    toLine(row, { said: said.get(row.id) ?? [], names, gone, concerned: concerned.get(row.id), now: ctx.clock.now() }),
  )
}

/** Whom the broken contracts concern that these incidents are about. */
function getConcerned(ctx: Context, rows: readonly Pick<LineRow, 'id' | 'feeds'>[]): Promise<Map<number, ConcernedByBreak>> {
  const feeds = new Map(rows.map((row) => [row.id, row.feeds]))
  return loadConcernedByIncidents(ctx.pool, [...feeds.keys()], (id) => feeds.get(id) ?? [])
}

/** The connections that these stand on, or stood on. */
export function connectionsIn(rows: readonly Pick<LineRow, 'roots'>[]): string[] {
  const parts = rows.flatMap(({ roots }) => roots.map(({ key }) => partsOfCause(key)))
  return [...new Set(parts.flatMap(({ kind, name }) => (kind === 'connection' ? [name] : [])))]
}

interface LineFacts {
  said: readonly Said[]
  names: ReadonlyMap<string, CauseName>
  gone: readonly GoneStretch[]
  concerned: ConcernedByBreak | undefined
  now: Instant
}

/** A line, from its row and what was said of it and of what it took over. */
export function toLine(row: LineRow, { said, names, gone, concerned, now }: LineFacts): IncidentLine {
  const { roots: _roots, statuses, entries, ...line } = row
  const updates = said.flatMap((one) => (one.kind === 'updated' ? [{ at: one.at, by: one.by, text: one.text }] : []))
  return {
    ...line,
    worst: worstOf([line.status, ...statuses.map(({ status }) => status)]),
    roots: rootsOf(row).flatMap(({ key, since, to }) => {
      const name = names.get(key)
      return name === undefined
        ? []
        : [
            {
              ...(to === null ? name : asItWas(name, gone, since, to)),
              since,
              to,
              isBroken: concerned?.assetIds.includes(assetOf(key) ?? -1) === true,
            },
          ]
    }),
    assets: line.feeds.reduce((sum, { assets }) => sum + assets, 0),
    concerned: concerned?.readers ?? [],
    handling: handlingAt({ entries }, said, now),
    update: updates.at(-1) ?? null,
  }
}

/** What stands no more is called as it was while it stood. */
function asItWas({ isGone: _, ...name }: CauseName, gone: readonly GoneStretch[], since: Instant, to: Instant): CauseName {
  const wasGone = name.kind === 'connection' && gone.some((own) => own.key === name.key && own.from < to && (own.to ?? END_OF_TIME) > since)
  return wasGone ? { ...name, isGone: true } : name
}

/** What it stands on, or stood on before it was well; of one that is over the systems among all it ever stood on, else what it began with. What began first first. */
function rootsOf({ roots, endedAt }: Pick<LineRow, 'roots' | 'endedAt'>): RootSpan[] {
  const last = Math.max(...roots.map(({ to }) => to ?? END_OF_TIME))
  const first = Math.min(...roots.map(({ from }) => from))
  const systems = roots.filter(({ key }) => partsOfCause(key).kind !== 'asset')
  const standing = roots.filter(({ to }) => (to ?? END_OF_TIME) === last)
  const chosen = endedAt === null ? standing : systems.length > 0 ? systems : roots.filter(({ from }) => from === first)
  const byKey = new Map(chosen.toSorted((a, b) => b.since - a.since).map((root) => [root.key, root]))
  return [...byKey.values()].sort((a, b) => a.since - b.since)
}
