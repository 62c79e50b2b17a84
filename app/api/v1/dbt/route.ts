import { readQuestion } from '#app/_api/read-question.ts'
import { ARTIFACT_BYTES_MAX, TOO_LARGE } from '#app/_door/inspect-request.ts'
import { acceptPush, streamPushed } from '#app/_push/accept-push.ts'
import { acceptArtifact } from '#lib/commands/push/accept-artifact.ts'
import { artifactQuestion } from '#lib/queries/api/questions.ts'

/** An artifact of dbt: `manifest.json`, `run_results.json`, `sources.json`, `freshness.json` or `catalog.json`, which says itself which it is. */
export function POST(request: Request): Promise<Response> {
  return acceptPush(request, async (ctx) => {
    const { connection } = readQuestion(request, artifactQuestion)
    return acceptArtifact(ctx, connection ?? null, streamPushed(request, { bytesMax: ARTIFACT_BYTES_MAX, words: TOO_LARGE }))
  })
}
