import { z } from 'zod'
import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import { SECRET_AGE_MAX_MS } from '#lib/catalogue/schema/document.ts'
import { toReferences } from '#lib/db/catalogue/connection-checks.ts'
import type { Context } from '#lib/db/context.ts'
import { may } from '#lib/domain/access/actions.ts'
import { type ConnectionEvidence, type ConnectionHealth, connectionHealth } from '#lib/domain/connections/connection-health.ts'
import { type CredentialAge, credentialAge } from '#lib/domain/connections/credential-age.ts'
import type { SecretPlace } from '#lib/domain/connections/secret-reference.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { IncidentLine } from '#lib/queries/incidents/incident-lines.ts'
import { getIncidentsOfConnections } from '#lib/queries/incidents/incidents-of-connections.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { type FoundCounts, getFoundCounts } from './found-page.ts'

/** A reference in the settings of a connection: where it is set and how old it is, never its value. */
export interface ReferenceView {
  name: string
  setting: string
  isSecret: boolean
  setIn: SecretPlace
  /** Null for what is no secret. */
  age: CredentialAge | null
}

export interface ConnectionView extends ConnectionEvidence {
  key: string
  name: string
  kind: string
  why: string | null
  /** Plain settings: no secret, no reference. */
  settings: [string, string][]
  health: ConnectionHealth
  probeEveryMs: number
  /** Looks that failed in a row. */
  failures: number
  /** Since when its assets cannot be seen; null while they can. */
  downSince: Instant | null
  /** Somebody waits for a check since then. */
  checkRequestedAt: Instant | null
  credentialExpiresAt: Instant | null
  rotatedOn: string | null
  /** Empty for whoever may have no connection checked. */
  references: ReferenceView[]
  /** The most urgent of its secrets. */
  urgency: CredentialAge['state']
  flows: string[]
  feeds: { key: string; name: string }[]
  assets: number
  /** What its jobs write, and of which feeds. */
  written: { assets: number; feeds: { key: string; name: string }[] }
}

export interface ConnectionsPage {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  /** Empty for those whom nobody knows: addresses and whereabouts of secrets are not their business. */
  connections: ConnectionView[]
  isShown: boolean
  /** Whoever asks may have one checked; nobody else has to do with its secrets. */
  takesActions: boolean
  /** What was found behind them, for those who see everything. */
  found: FoundCounts[]
  /** By the key of a connection: the incidents it was a cause of, what is open first. */
  incidents: Map<string, IncidentLine[]>
  /** By the name of a flow: the feeds it loads. */
  loads: Map<string, LoadedFeed[]>
}

export type LoadedFeed = ConnectionView['feeds'][number]

interface Row extends ConnectionEvidence {
  key: string
  name: string
  kind: string
  settings: Record<string, unknown>
  secrets: unknown
  probeEveryMs: number
  failures: number
  downSince: Instant | null
  checkRequestedAt: Instant | null
  credentialExpiresAt: Instant | null
  flows: string[]
  feeds: { key: string; name: string }[]
  assets: number
  written: ConnectionView['written']
  removedAt: Instant | null
}

/** Which connections are read, by their keys; all of the catalogue where nothing is said. */
interface Wanted {
  after?: string | null
  limit?: number
  key?: string | undefined
  /** Also those that left the catalogue since; of the others only what was checked, failed or let us in again. */
  changedSince?: Date | undefined
}

const CHANGED = `greatest(c.checked_at, c.failed_at, c.check_requested_at) >= $4
  or exists (select 1 from blind b where b.connection_key = c.key and greatest(b.from_at, b.to_at) >= $4)
  or exists (select 1 from catalogue_version where accepted_at >= $4)`

/** What jobs of each connection write beyond its own assets: looked through once, whatever their number. */
const WRITTEN = `
  select split_part(a.job, '/', 1) as key,
    jsonb_build_object('assets', count(distinct s.id), 'feeds', jsonb_agg(distinct jsonb_build_object('key', fs.key, 'name', fs.name))) as written
  from asset a join subject s on s.id = a.subject_id and s.removed_at is null join subject fs on fs.id = a.feed_id
  where a.job is not null and a.connection_key <> split_part(a.job, '/', 1) group by 1`

const ROWS = `
  select c.key, coalesce(c.name, c.key) as name, c.kind, c.settings, c.secrets, c.probe_every_ms as "probeEveryMs", c.failures, c.problem,
    ${instant('c.ok_at')} as "okAt", ${instant('c.failed_at')} as "failedAt", ${instant('c.checked_at')} as "checkedAt",
    c.check_ok as "checkOk", c.check_detail as "checkDetail", ${instant('c.check_requested_at')} as "checkRequestedAt",
    ${instant('c.credential_expires_at')} as "credentialExpiresAt",
    (select ${instant('min(b.from_at)')} from blind b where b.connection_key = c.key and b.to_at is null) as "downSince",
    array(
      select f.name from flow f where f.removed_at is null and (
        exists (select 1 from jsonb_each_text(f.settings -> 'connections') used where used.value = c.key)
        or exists (select 1 from jsonb_array_elements_text((f.settings -> 'reads') || (f.settings -> 'writes')) asset where starts_with(asset, c.key || '/'))
      ) order by f.name) as flows,
    coalesce((
      select jsonb_agg(distinct jsonb_build_object('key', fs.key, 'name', fs.name)) from asset a
      join subject s on s.id = a.subject_id and s.removed_at is null join subject fs on fs.id = a.feed_id where a.connection_key = c.key
    ), '[]') as feeds,
    (select count(*)::int from asset a join subject s on s.id = a.subject_id and s.removed_at is null where a.connection_key = c.key) as assets,
    coalesce(w.written, '{"assets": 0, "feeds": []}') as written,
    ${instant('c.removed_at')} as "removedAt"
  from connection_state c left join (${WRITTEN}) w on w.key = c.key
  where c.key > $1 and ($3::text is null or c.key = $3) and (c.removed_at is null or c.removed_at >= $4)
    and ($4::timestamptz is null or c.removed_at >= $4 or ${CHANGED})
  order by c.key limit $2`

const LOADS = `
  select distinct a.flow, fs.key, fs.name from asset a join subject s on s.id = a.subject_id and s.removed_at is null join subject fs on fs.id = a.feed_id
  where a.flow = any($1::text[]) order by fs.name, fs.key`

const URGENCY = ['over', 'soon', 'unknown', 'fine'] as const

const ownSettingsSchema = z.object({
  why: z.string().nullable().catch(null),
  rotatedOn: z.string().nullable().catch(null),
  maxAgeMs: z.number().catch(SECRET_AGE_MAX_MS),
})

function toView({ settings, secrets, ...row }: Row, zone: string, now: Instant): ConnectionView & Pick<Row, 'removedAt'> {
  const { why, rotatedOn, maxAgeMs } = ownSettingsSchema.parse(settings)
  const { credentialExpiresAt: expiresAt } = row
  const references = toReferences(secrets).map(({ name, setting, isSecret, setIn, seenAt, changedAt }) => {
    const age = isSecret ? credentialAge({ rotatedOn, zone, changedAt, seenAt, expiresAt, maxAgeMs }, now) : null
    return { name, setting, isSecret, setIn, age }
  })
  const plain = Object.entries(settings).filter(([name]) => !Object.hasOwn(ownSettingsSchema.shape, name))
  return {
    ...row,
    why,
    settings: plain.map(([name, value]) => [name, String(value)]),
    health: connectionHealth(row),
    rotatedOn,
    references,
    urgency: URGENCY.find((state) => references.some((reference) => reference.age?.state === state)) ?? 'fine',
    feeds: row.feeds.toSorted((a, b) => a.name.localeCompare(b.name)),
    written: { ...row.written, feeds: row.written.feeds.toSorted((a, b) => a.name.localeCompare(b.name)) },
  }
}

const isUrgent = ({ health, urgency }: ConnectionView) =>
  (health.state === 'failing' ? 2 : 0) + (urgency === 'over' || urgency === 'soon' ? 1 : 0)

/** The connections of the catalogue by their keys; none for those whom nobody knows, and no names of secrets for those who may have none checked. */
export async function getConnections(ctx: Context, zone: string, wanted: Wanted = {}): Promise<ReturnType<typeof toView>[]> {
  if (ctx.actor.kind === 'visitor') return []
  const now = ctx.clock.now()
  const { rows } = await ctx.pool.query<Row>(ROWS, [wanted.after ?? '', wanted.limit, wanted.key, wanted.changedSince])
  const seesSecrets = may(ctx.actor, 'connection.check')
  return rows.map((row) => {
    const view = toView(row, zone, now)
    return seesSecrets ? view : { ...view, references: [] }
  })
}

/** The screen of all connections, what fails first, then what should be replaced, then by name; null as long as no catalogue was ever accepted. */
export async function getConnectionsPage(ctx: Context): Promise<ConnectionsPage | null> {
  const page = await getPageSettings(ctx)
  if (page === null) return null
  const [all, banners, found] = await Promise.all([getConnections(ctx, page.zone), getBanners(ctx, page.demo), getFoundCounts(ctx)])
  const connections = all.toSorted((a, b) => isUrgent(b) - isUrgent(a))
  const isShown = ctx.actor.kind !== 'visitor'
  const [incidents, loads] = isShown
    ? await Promise.all([getIncidentsOfConnections(ctx), getLoads(ctx, [...new Set(all.flatMap(({ flows }) => flows))])])
    : [new Map(), new Map()]
  const takesActions = may(ctx.actor, 'connection.check')
  return { page, now: ctx.clock.now(), banners, connections, isShown, takesActions, found, incidents, loads }
}

async function getLoads(ctx: Context, flows: readonly string[]): Promise<ConnectionsPage['loads']> {
  const { rows } = await ctx.pool.query<LoadedFeed & { flow: string }>(LOADS, [flows])
  return new Map([...Map.groupBy(rows, ({ flow }) => flow)].map(([flow, own]) => [flow, own.map(({ key, name }) => ({ key, name }))]))
}
