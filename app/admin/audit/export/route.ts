import { DATA_POLICY } from '#app/_lib/content-policy.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { problem, readQuery, refuse, respond } from '#app/_lib/respond.ts'
import { questionIn } from '#app/_ui/runs/run-question.ts'
import { noteAuditExport } from '#lib/commands/people/export-audit.ts'
import { streamAudit } from '#lib/queries/pages/audit-page.ts'
import { AUDIT_QUESTION, parseAuditFilter } from '../audit-filter.ts'
import { AUDIT_FORMATS, AUDIT_TYPES, type AuditFormat, auditHead, auditLines } from '../audit-lines.ts'

export const dynamic = 'force-dynamic'

/** The audit as a file, streamed; that it was taken stands in it. No other page can have a browser take it. */
export function GET(request: Request): Promise<Response> {
  return respond(async () => {
    const context = await requestContext()
    if (context.actor.kind === 'visitor') return problem(401, 'Sign in first.')
    const site = request.headers.get('sec-fetch-site')
    if (site !== null && site !== 'same-origin' && site !== 'none') return problem(403, 'The audit is handed out from its own page only.')
    const question = questionIn(Object.fromEntries(readQuery(request, [...AUDIT_QUESTION, 'format'])))
    const format = AUDIT_FORMATS.find((name) => name === question['format'])
    if (format === undefined) throw refuse(`“format” is one of ${AUDIT_FORMATS.join(', ')}.`)
    const filter = parseAuditFilter(question)
    if ('problem' in filter) throw refuse(filter.problem)
    await noteAuditExport(context, { format, filter })
    const day = new Date(context.clock.now()).toISOString().slice(0, 10)
    return new Response(fileOf(format, streamAudit(context, filter)), {
      headers: {
        'content-type': AUDIT_TYPES[format],
        'content-disposition': `attachment; filename="audit-${day}.${format}"`,
        'cache-control': 'no-store',
        'content-security-policy': DATA_POLICY,
      },
    })
  })
}

/** Reads on only while somebody takes what was read. */
function fileOf(format: AuditFormat, batches: ReturnType<typeof streamAudit>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    start: (controller) => {
      const head = auditHead(format)
      if (head !== '') controller.enqueue(encoder.encode(head))
    },
    async pull(controller) {
      const { done, value } = await batches.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(auditLines(format, value)))
    },
    cancel: () => void batches.return(undefined),
  })
}
