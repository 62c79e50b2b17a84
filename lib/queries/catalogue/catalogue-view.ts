import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { seesFound } from '#lib/queries/pages/found-page.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { type CatalogueAnswer, type CatalogueQuestion, FILTERS, getNearestNames, searchCatalogue } from './search-catalogue.ts'

/** Hits on one screen. */
const PAGE_HITS = 50

/** The catalogue as a question narrows it down. */
export interface CatalogueView {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  answer: CatalogueAnswer
  /** The names of the groups that are counted, by their keys. */
  groupNames: ReadonlyMap<string, string>
  /** Where nothing answers: how much would without the filters, and what is called nearly so. */
  instead: { unfiltered: number; nearest: string[] } | null
  /** Whether the reader is shown what is only found. */
  seesFound: boolean
}

const GROUP_NAMES = `select key, name from subject where kind = 'group' and removed_at is null and key = any($1::text[])`

/** One screen of the catalogue, from a place on; null before the first catalogue. */
export async function getCatalogueView(ctx: Context, question: CatalogueQuestion, after: string | null): Promise<CatalogueView | null> {
  const page = await getPageSettings(ctx)
  if (page === null) return null
  const [answer, banners] = await Promise.all([searchCatalogue(ctx, question, after, PAGE_HITS), getBanners(ctx, page.demo)])
  const keys = answer.counts.group.map(({ value }) => value)
  const { rows } = await ctx.pool.query<{ key: string; name: string }>(GROUP_NAMES, [keys])
  return {
    page,
    now: ctx.clock.now(),
    banners,
    answer,
    groupNames: new Map(rows.map(({ key, name }) => [key, name])),
    instead: answer.total > 0 ? null : await insteadOf(ctx, question),
    seesFound: seesFound(ctx),
  }
}

/** What to offer where nothing answers. */
async function insteadOf(ctx: Context, question: CatalogueQuestion): Promise<NonNullable<CatalogueView['instead']>> {
  const { search } = question
  const isFiltered = FILTERS.some((filter) => question[filter] !== null)
  const { total } = isFiltered ? await searchCatalogue(ctx, { ...UNFILTERED, search }, null, 0) : { total: 0 }
  return { unfiltered: total, nearest: total > 0 ? [] : await getNearestNames(ctx, search) }
}

/** No filter. */
export const UNFILTERED: Omit<CatalogueQuestion, 'search'> = {
  ...{ kind: null, state: null, status: null, connection: null, group: null, owner: null, contract: null },
}
