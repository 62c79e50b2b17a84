import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { mayOrder } from '#lib/domain/access/actions.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { ApiInboxFile } from '#lib/queries/api/file-answers.ts'
import { type ApiPage, getApiPage } from '#lib/queries/api/list.ts'
import { FILE_LIST } from '#lib/queries/api/list-files.ts'
import type { FilesQuestion } from '#lib/queries/api/questions.ts'
import { getInboxSummary, type InboxSummary } from '#lib/queries/inbox/inbox-summary.ts'
import { getLeftOutMessages, type LeftOutMessages } from '#lib/queries/inbox/left-out-messages.ts'
import { getRefusedPushes, type RefusedPushes } from '#lib/queries/inbox/refused-pushes.ts'
import { type FlowCard, getFlowCards } from '#lib/queries/runs/flow-cards.ts'
import { getRecentRuns, type RunDetail } from '#lib/queries/runs/run-rows.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'

export interface FlowPage {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  card: FlowCard
  runs: RunDetail[]
  /** Of a flow that files ask for: how its inbox fares, and the files that were asked for. */
  inbox: { summary: InboxSummary; files: ApiPage<ApiInboxFile> } | null
  refusedPushes: RefusedPushes | null
  leftOut: LeftOutMessages | null
  takesActions: boolean
}

/** Which files of its inbox are asked for. */
export type FilesAsked = Pick<FilesQuestion, 'state' | 'cursor'>

const RUNS_SHOWN = 20
const FILES_SHOWN = 20

/** The screen of one flow; null when the catalogue in force has none of that name. */
export async function getFlowPage(ctx: Context, name: string, asked: FilesAsked = {}): Promise<FlowPage | null> {
  const [page, cards] = await Promise.all([getPageSettings(ctx), getFlowCards(ctx, name)])
  const [card] = cards
  if (page === null || card === undefined) return null
  const [runs, banners, inbox, refusedPushes, leftOut] = await Promise.all([
    getRecentRuns(ctx, [name], RUNS_SHOWN),
    getBanners(ctx, page.demo),
    getInbox(ctx, card, asked),
    getRefusedPushes(ctx, name),
    getLeftOutMessages(ctx, name),
  ])
  return { page, now: ctx.clock.now(), banners, card, runs, inbox, refusedPushes, leftOut, takesActions: mayOrder(ctx.actor) }
}

async function getInbox(ctx: Context, { name, on }: FlowCard, asked: FilesAsked): Promise<FlowPage['inbox']> {
  const summary = await getInboxSummary(ctx, name, on)
  if (summary === null) return null
  return { summary, files: await getApiPage(ctx, FILE_LIST, { flow: name, ...asked, limit: FILES_SHOWN }) }
}
