import { act } from '#lib/access/act.ts'
import { canWrite } from '#lib/access/letters.ts'
import { tooMany } from '#lib/access/tries.ts'
import type { Context, Sql } from '#lib/db/context.ts'
import { enqueueLetter } from '#lib/db/messages/letters.ts'
import { enqueueReport, findReportedFeed, insertReport, type ReportedFeed, settleReport } from '#lib/db/messages/reports.ts'
import { countTry } from '#lib/db/people/tries.ts'
import { getRouting, getTell, type Routing } from '#lib/db/settings.ts'
import { isEmail } from '#lib/domain/access/email.ts'
import { channelsOf } from '#lib/domain/messages/route.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'

/** So many an hour for each person. */
const REPORTS_MAX = 5

/** What somebody saw that is wrong with the data of a feed, in a dashboard or not. */
export interface ProblemReport {
  feed: string
  asset: string | null
  text: string
}

/** What became of a report: its number, and whom it reaches, in words. */
export interface Reported {
  report: number
  words: string
}

/**
 * Reports that something is wrong with the data of a feed: it goes to the owner where that is an address, else to the channels that routes of the feed lead to, or where there
 * is none to the address of `tell.email`, and stands on the feed for engineers. Five an hour for each person.
 */
export async function reportProblem(ctx: Context, { feed, asset, text: written }: ProblemReport): Promise<Reported> {
  const text = toShownText(written)
  const { kind, id, name } = ctx.actor
  if (kind !== 'person') throw new TidemarkError('forbidden', { publicMessage: 'Only who has signed in reports a problem.' })
  // Counted before the transaction: one that waits for a second connection may wait for ever.
  await requireRoom(ctx, id ?? '')
  return act(ctx, { action: 'feed.report', target: { kind: 'feed', key: feed }, reason: text }, async (sql) => {
    const found = await findReportedFeed(sql, feed, asset)
    if (found === null) throw new TidemarkError('not-found', { publicMessage: 'There is no such feed, or no such dashboard in it.' })
    const at = ctx.clock.now()
    const report = await insertReport(sql, { feedId: found.id, assetId: found.assetId, text, by: name ?? '', at })
    const words = await reach(ctx, sql, report, found)
    return { result: { report, words }, after: { report } }
  })
}

async function requireRoom(ctx: Context, personId: string): Promise<void> {
  const now = ctx.clock.now()
  const { since, tries } = await countTry(ctx.whole, `reports:${personId}`, now, HOUR_MS)
  if (tries > REPORTS_MAX) throw tooMany('reports', since + HOUR_MS, now)
}

/** Sends it to whom it concerns, and says who that is. */
async function reach(ctx: Context, sql: Sql, report: number, feed: ReportedFeed): Promise<string> {
  const now = ctx.clock.now()
  const mails = await canWrite(sql)
  const letterTo = (to: string) =>
    enqueueLetter(sql, now, { kind: 'report', to, name: null, by: null, role: null, invitation: null, report })
  if (mails && feed.owner !== null && isEmail(feed.owner)) {
    await letterTo(feed.owner)
    return `Thank you. It goes to ${feed.owner}, and stands here for engineers.`
  }
  const channels = takingReports(await getRouting(sql), feed)
  await enqueueReport(sql, now, report, channels)
  const to = (await getTell(sql)).email?.to ?? ''
  const told = channels.length === 0 && mails && isEmail(to)
  if (told) await letterTo(to)
  return channels.length > 0 || told
    ? 'Thank you. It goes to those who look after this feed, and stands here for engineers.'
    : 'Thank you. It stands here for engineers; nobody is named who could be written to.'
}

/** The channels that routes of a feed lead to, but those of PagerDuty: a report is no incident, which its alerts are. */
function takingReports({ channels, routes }: Routing, feed: ReportedFeed): string[] {
  const kinds = new Map(channels.map(({ key, kind }) => [key, kind]))
  return channelsOf(routes, feed).filter((key) => kinds.get(key) !== 'pagerduty')
}

/** Says that a report has been dealt with; the key of its feed. */
export async function settleProblem(ctx: Context, id: number): Promise<string> {
  return act(ctx, { action: 'report.settle', target: { kind: 'report', key: String(id) } }, async (sql) => {
    const feed = await settleReport(sql, id, ctx.actor.name ?? ctx.actor.kind, ctx.clock.now())
    if (feed === null) throw new TidemarkError('not-found', { publicMessage: 'There is no such report, or it was settled already.' })
    return { result: feed, after: { feed } }
  })
}
