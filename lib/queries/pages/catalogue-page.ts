import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import { compareDocuments, type DifferentPart } from '#lib/catalogue/compare/compare-documents.ts'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import type { Context } from '#lib/db/context.ts'
import { getPeopleSettings } from '#lib/db/people/people-settings.ts'
import { type AppliesTo, EVERYBODY } from '#lib/domain/access/access-rules.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type AdminFrame, getAdminFrame } from '#lib/queries/shared/admin-frame.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** A catalogue that was accepted once. */
export interface CatalogueVersion {
  id: number
  acceptedAt: Instant
  /** The first letters of what tells it from others. */
  hash: string
  /** Who put it into force: a worker that read a file, or somebody at the terminal; null: from before that was kept. */
  actorKind: 'worker' | 'terminal' | null
  actor: string | null
  readFrom: string | null
}

/** Who sees which groups. */
export interface AudienceSight {
  /** The audience; null: everybody who may read. */
  audience: string | null
  /** Those it names, and those that everybody of the house sees. */
  groups: { key: string; name: string }[]
  for: AppliesTo
}

export interface CatalogueAdminPage {
  frame: AdminFrame
  checkedAt: Instant | null
  problems: CatalogueProblem[]
  /** Newest first; the first of all is the one in force. */
  versions: CatalogueVersion[]
  inForceId: number | null
  /** The versions before these begin here; null: there are none. */
  next: number | null
  sights: AudienceSight[]
}

const PAGE_ROWS = 30

const COLUMNS = `id, ${instant('accepted_at')} as "acceptedAt", left(hash, 8) as hash, actor_kind as "actorKind", actor, read_from as "readFrom"`

const STATE = `
  select ${instant('checked_at')} as "checkedAt", problems, (select id from ${IN_FORCE} v) as "inForceId" from (values (1)) one left join catalogue_state on true`

const SIGHTS = `
  select a.audience, json_agg(json_build_object('key', s.key, 'name', s.name) order by s.position, s.key) as groups
  from audience_group a join subject s on s.id = a.group_id and s.removed_at is null group by a.audience order by a.audience`

const ALL_GROUPS = `select key, name from subject where kind = 'group' and removed_at is null order by position, key`

interface State {
  checkedAt: Instant | null
  problems: CatalogueProblem[] | null
  inForceId: number | null
}

/** The catalogue as an admin looks after it; of its versions those before `before`. */
export async function getCatalogueAdminPage(ctx: Context, before: number | null, limit = PAGE_ROWS): Promise<CatalogueAdminPage> {
  const [frame, state, versions, sights] = await Promise.all([
    getAdminFrame(ctx),
    ctx.pool.query<State>(STATE),
    listVersions(ctx, before, limit + 1),
    listSights(ctx),
  ])
  const { checkedAt, problems, inForceId } = state.rows[0] ?? { checkedAt: null, problems: null, inForceId: null }
  const shown = versions.slice(0, limit)
  const next = versions.length > limit ? (shown.at(-1)?.id ?? null) : null
  return { frame, checkedAt, problems: problems ?? [], versions: shown, inForceId, next, sights }
}

async function listVersions(ctx: Context, before: number | null, limit: number): Promise<CatalogueVersion[]> {
  const { rows } = await ctx.pool.query<CatalogueVersion>(
    `select ${COLUMNS} from catalogue_version where $1::int is null or id < $1 order by id desc limit $2`,
    [before, limit],
  )
  return rows
}

async function listSights(ctx: Context): Promise<AudienceSight[]> {
  const [{ rows }, { audiences }, all] = await Promise.all([
    ctx.pool.query<Pick<AudienceSight, 'groups'> & { audience: string }>(SIGHTS),
    getPeopleSettings(ctx.pool),
    ctx.pool.query<AudienceSight['groups'][number]>(ALL_GROUPS),
  ])
  if (audiences.length === 0) return [{ audience: null, groups: all.rows, for: NOBODY_NAMED }]
  return [...audiences, { audience: EVERYBODY, for: NOBODY_NAMED }].map((one) => ({
    ...one,
    groups: rows.find((row) => row.audience === one.audience)?.groups ?? [],
  }))
}

const NOBODY_NAMED: AppliesTo = { oidc: [], people: [] }

export interface CatalogueComparison {
  frame: AdminFrame
  /** Null: the other is the first there was. */
  from: CatalogueVersion | null
  to: CatalogueVersion
  parts: DifferentPart[]
  /** What connectors and flows take is not the same. */
  isSchemaChanged: boolean
}

const COMPARED = `
  select ${COLUMNS}, document, schema from catalogue_version
  where id = $1 or id = coalesce($2, (select max(id) from catalogue_version where id < $1)) order by id`

/**
 * What differs between two accepted catalogues, the older one first whichever is named first; `from` null is the one before. Null when one of
 * them is not there.
 */
export async function compareVersions(ctx: Context, from: number | null, to: number): Promise<CatalogueComparison | null> {
  const { rows } = await ctx.pool.query<CatalogueVersion & { document: unknown; schema: unknown }>(COMPARED, [to, from])
  const last = rows.at(-1)
  if (last === undefined || ![from ?? to, to].every((id) => rows.some((row) => row.id === id))) return null
  const first = rows.length > 1 || from === to ? rows[0] : undefined
  return {
    frame: await getAdminFrame(ctx),
    from: first === undefined ? null : versionOf(first),
    to: versionOf(last),
    parts: compareDocuments(first?.document ?? null, last.document),
    isSchemaChanged: JSON.stringify(first?.schema) !== JSON.stringify(last.schema),
  }
}

function versionOf({ document: _, schema: __, ...version }: CatalogueVersion & { document: unknown; schema: unknown }): CatalogueVersion {
  return version
}
