import { type LabelCount, proposeRule } from '#lib/catalogue/adopt/propose-rule.ts'
import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { may } from '#lib/domain/access/actions.ts'
import { patternsOf, readSearchWords } from '#lib/domain/search/question.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'

/** How much was found behind a connection, and what became of it. */
export interface FoundCounts {
  connection: string
  found: number
  /** Of these in the catalogue: taken over by a rule, or written. */
  adopted: number
  written: number
  gone: number
  wholeAt: Instant | null
  attemptedAt: Instant | null
  nextAt: Instant | null
  /** Why the last look was not whole, in public words. */
  problem: string | null
}

/** Which of it is asked for. */
export const FOUND_STATES = ['open', 'taken', 'gone'] as const
export type FoundState = (typeof FOUND_STATES)[number]

export interface FoundFilter {
  q: string | null
  state: FoundState | null
  /** From 1. */
  page: number
}

/** One thing that was found. */
export interface FoundLine {
  path: string
  name: string
  kind: string
  description: string | null
  owner: string | null
  url: string | null
  labels: Record<string, string>
  foundAt: Instant
  goneAt: Instant | null
  /** Its key where it is in the catalogue. */
  assetKey: string | null
  isAdopted: boolean
}

export interface FoundPage {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  counts: FoundCounts
  /** One page of what is asked for; a number beyond its end is its last page. */
  lines: { items: FoundLine[]; page: number; pages: number; total: number }
  /** A rule that would take over what is found. */
  rule: string | null
}

const PAGE_ROWS = 50

/** What was found belongs to no service group: who sees everything and may give orders sees it. */
export function seesFound({ actor }: Context): boolean {
  return actor.audience === null && may(actor, 'connection.discover')
}

/** SQL: what was found, `f`, with what it is in the catalogue, `s`, and whether a rule took it over, `o`. */
const FOUND = `found_asset f
  left join asset a on a.connection_key = f.connection_key and a.path = f.path
  left join subject s on s.id = a.subject_id and s.removed_at is null
  left join adoption o on o.asset_id = s.id`

const COUNTS = `
  select c.key as connection, ${instant('d.whole_at')} as "wholeAt", ${instant('d.attempted_at')} as "attemptedAt", ${instant('d.next_at')} as "nextAt",
    d.problem, coalesce(x.found, 0)::int as found, coalesce(x.gone, 0)::int as gone, coalesce(x.adopted, 0)::int as adopted, coalesce(x.written, 0)::int as written
  from connection_state c left join discovery d on d.connection_key = c.key
  left join lateral (
    select count(*) filter (where f.gone_at is null) as found, count(*) filter (where f.gone_at is not null) as gone,
      count(*) filter (where f.gone_at is null and o.asset_id is not null) as adopted,
      count(*) filter (where f.gone_at is null and s.id is not null and o.asset_id is null) as written
    from ${FOUND}
    where f.connection_key = c.key
  ) x on true
  where c.removed_at is null and ($1::text is null or c.key = $1)`

/** What was found, connection by connection; nothing for those who see only some service groups. */
export async function getFoundCounts(ctx: Context, connection: string | null = null): Promise<FoundCounts[]> {
  return seesFound(ctx) ? (await ctx.pool.query<FoundCounts>(COUNTS, [connection])).rows : []
}

const ASKED_FOR = `
  from ${FOUND}
  where f.connection_key = $1
    and replace(concat_ws(E'\\n', lower(f.path), lower(f.name), f.place_text, f.column_text, f.about_text), '-', '') like all ($2::text[])
    and case $3::text when 'open' then f.gone_at is null and s.id is null when 'taken' then f.gone_at is null and s.id is not null
      when 'gone' then f.gone_at is not null else true end`

const LINES = `
  select f.path, f.name, f.kind, f.description, f.owner, f.url, f.labels, ${instant('f.found_at')} as "foundAt", ${instant('f.gone_at')} as "goneAt",
    s.key as "assetKey", o.asset_id is not null as "isAdopted" ${ASKED_FOR}
  order by f.gone_at is not null, f.path limit ${PAGE_ROWS} offset $4`

async function getLines({ pool }: Context, connection: string, { q, state, page: wanted }: FoundFilter): Promise<FoundPage['lines']> {
  const patterns = patternsOf(readSearchWords(q ?? ''))
  const { rows } = await pool.query<{ total: number }>(`select count(*)::int as total ${ASKED_FOR}`, [connection, patterns, state])
  const total = rows[0]?.total ?? 0
  const pages = Math.max(1, Math.ceil(total / PAGE_ROWS))
  const page = Math.min(wanted, pages)
  const { rows: items } = await pool.query<FoundLine>(LINES, [connection, patterns, state, (page - 1) * PAGE_ROWS])
  return { items, page, pages, total }
}

const LABELS = `
  select l.key as name, count(*)::int as things, count(distinct l.value)::int as values
  from found_asset f, jsonb_each_text(f.labels) l where f.connection_key = $1 and f.gone_at is null group by l.key`

/** The screen of what was found behind a connection; null where there is no such connection, and for those who see only some service groups. */
export async function getFoundPage(ctx: Context, connection: string, filter: FoundFilter): Promise<FoundPage | null> {
  const page = await getPageSettings(ctx)
  const [counts] = await getFoundCounts(ctx, connection)
  if (page === null || counts === undefined) return null
  const [lines, labels, grouped, banners] = await Promise.all([
    getLines(ctx, connection, filter),
    ctx.pool.query<LabelCount>(LABELS, [connection]),
    ctx.pool.query(`select from found_asset where connection_key = $1 and group_name <> '' limit 1`, [connection]),
    getBanners(ctx, page.demo),
  ])
  const rule = proposeRule({ connection, total: counts.found, labels: labels.rows, isGrouped: grouped.rowCount === 1 })
  return {
    page,
    now: ctx.clock.now(),
    banners,
    counts,
    lines,
    rule: counts.found === 0 ? null : rule,
  }
}
