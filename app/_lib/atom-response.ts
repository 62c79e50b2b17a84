import { feedPath } from '#app/_ui/paths.ts'
import { isKnown } from '#lib/platform/http/request-headers.ts'
import { atomFeed } from '#lib/queries/pages/atom-feed.ts'
import { findRenamed } from '#lib/queries/shared/renamed.ts'
import { requestContext } from './request-context.ts'
import { keptFor, problem, readQuery, respond } from './respond.ts'

/** The changes of all feeds, or of one, as an Atom document; 304 for who has it already. */
export function atomResponse(request: Request, feedKey?: string): Promise<Response> {
  return respond(async () => {
    readQuery(request, [])
    const context = await requestContext()
    const feed = await atomFeed(context, feedKey === undefined ? {} : { feedKey })
    if (feed === null) {
      const now = feedKey === undefined ? null : await findRenamed(context, 'feed', feedKey)
      return now === null
        ? problem(404, 'There is no such feed.')
        : new Response(null, { status: 307, headers: { location: `${feedPath(now)}/feed.atom` } })
    }
    const headers = { etag: feed.etag, ...keptFor(context, 60), 'content-type': 'application/atom+xml; charset=utf-8' }
    return isKnown(request.headers.get('if-none-match'), feed.etag)
      ? new Response(null, { status: 304, headers })
      : new Response(feed.xml, { headers })
  })
}
