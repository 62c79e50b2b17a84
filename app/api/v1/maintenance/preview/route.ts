import { readQuestion } from '#app/_api/read-question.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { respond } from '#app/_lib/respond.ts'
import { readAnnouncedWork } from '#lib/domain/freshness/announced-work.ts'
import { announcedWorkInWords } from '#lib/domain/freshness/announced-work-in-words.ts'
import { maintenancePreviewQuestion } from '#lib/queries/api/order-bodies.ts'
import { getPageZone } from '#lib/queries/shared/page-settings.ts'

/** What a form of announced work means, in words, or what is wrong with it: `{ words }` or `{ problems }`. Changes nothing. */
export function GET(request: Request): Promise<Response> {
  return respond(async () => {
    const question = readQuestion(request, maintenancePreviewQuestion)
    const ctx = await requestContext()
    const zone = await getPageZone(ctx)
    const now = ctx.clock.now()
    const work = readAnnouncedWork(question, zone, now)
    const answer = 'problems' in work ? work : { words: announcedWorkInWords(work, zone, now) }
    return Response.json(answer, { headers: { 'cache-control': 'no-store' } })
  })
}
