import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { probeEach } from '#lib/connectors/kit/probe.ts'
import { forQuestion } from '#lib/connectors/kit/session.ts'
import { systemOf } from './ask-adap.ts'
import { askDirectory, probeDirectory, search } from './probe-directory.ts'
import { vdsRequest } from './search.ts'
import { openLines } from './search-ldap.ts'
import type { VdsSettings } from './settings.ts'

/** A session of `vds`, with all that it asks by. */
export function openVds(connection: Connection<VdsSettings>): Session {
  const lines = openLines(connection, systemOf(connection))
  const directory = { connection, lines }
  return {
    check: () =>
      checked(connection, async () => {
        const credentialExpiresAt = await askDirectory(directory)
        const isPlain = connection.settings.url.startsWith('ldap://')
        const detail = `The directory lets us in.${isPlain ? ' The password travels unprotected: use ldaps.' : ''}`
        return { detail, credentialExpiresAt }
      }),
    observe: (assets) => probeEach(connection, assets, (asset) => probeDirectory(directory, asset)),
    async *extract(request, signal) {
      yield* search({ connection: forQuestion(connection, signal), lines }, vdsRequest.parse(request))
    },
    close: () => lines.close(),
  }
}
