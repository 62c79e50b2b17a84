import { acceptAction, saidPath } from '#app/_lib/accept-action.ts'
import { feedPath } from '#app/_ui/paths.ts'
import { settleProblem } from '#lib/commands/reports/report-problem.ts'

/** Says that a report has been dealt with: it stands on its feed no more. */
export async function POST(request: Request, { params }: { params: Promise<{ report: string }> }): Promise<Response> {
  const { report } = await params
  return acceptAction(request, { action: 'report.settle', target: { kind: 'report', key: report } }, async (ctx) => {
    const feed = await settleProblem(ctx, /^[1-9]\d{0,8}$/.test(report) ? Number(report) : 0)
    return { location: saidPath(feedPath(feed), 'Settled.'), answer: { feed } }
  })
}
