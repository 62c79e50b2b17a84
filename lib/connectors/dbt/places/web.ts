import { type Connected, systemOf } from '#lib/connectors/dbt/connected.ts'
import { orNull } from '#lib/connectors/kit/answer.ts'
import { credentials } from '#lib/connectors/kit/http-auth.ts'
import { HttpSession } from '#lib/connectors/kit/http-session.ts'
import type { HttpAnswer } from '#lib/platform/http/client.ts'
import { ARTIFACT_BYTES_MAX, type ArtifactName, type ArtifactSource } from '#lib/records/read/dbt-artifact.ts'
import { oneTarget } from './one-target.ts'
import type { Place } from './place.ts'

/** An answer as an artifact; null when there is none under that name. */
export async function orNotThere(what: string, answer: Promise<HttpAnswer>): Promise<ArtifactSource | null> {
  const found = await orNull(answer)
  return found === null ? null : { what, bytes: found.body }
}

/** An address below which a job uploads its artifacts. */
export function webPlace(connection: Connected, base: string): Place {
  const system = systemOf(connection)
  const headers = credentials(connection.settings)
  const session = new HttpSession(connection, {
    system: `The address of ${system}`,
    timeoutMs: connection.settings.timeout,
    signIn: async () => ({ headers, endsAt: null }),
  })
  const open = (name: ArtifactName) => {
    const url = new URL(base)
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/${name}`
    return orNotThere(`${name} of ${system}`, session.ask({ url: url.href, bytesMax: ARTIFACT_BYTES_MAX }))
  }
  return { ...oneTarget(connection, `The address of ${system}`, open), close: () => session.close() }
}
