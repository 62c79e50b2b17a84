import { readBody } from '#app/_api/read-question.ts'
import { acceptAction, saidPath } from '#app/_lib/accept-action.ts'
import { decodeSegment, feedPath } from '#app/_ui/paths.ts'
import { reportProblem } from '#lib/commands/reports/report-problem.ts'
import { reportBody } from '#lib/queries/api/order-bodies.ts'

/** Reports a problem with the data of a feed: `{ text: "Marts of 2025 are missing", asset: "looker/enrolment" }`. */
export async function POST(request: Request, { params }: { params: Promise<{ feed: string }> }): Promise<Response> {
  const feed = decodeSegment((await params).feed) ?? ''
  return acceptAction(
    request,
    { action: 'feed.report', target: { kind: 'feed', key: feed } },
    async (ctx, fields) => {
      const answer = await reportProblem(ctx, { feed, ...readBody(fields, reportBody) })
      return { location: saidPath(feedPath(feed), answer.words), answer }
    },
    { path: feedPath(feed) },
  )
}
