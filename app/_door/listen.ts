import type { IncomingMessage } from 'node:http'
import { knownTrouble, lookForTrouble, whenSilent } from '#app/_lib/database-pulse.ts'
import { OVERVIEW_PATH, overviewKey } from '#app/_lib/overview-key.ts'
import { givenAddresses, isOwnCall } from '#app/_lib/own-call.ts'
import { whoIsAsking } from '#app/_lib/request-context.ts'
import { webProcess } from '#app/_lib/web-process.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { whenAborted } from '#lib/platform/when-aborted.ts'
import { answerInTrouble, type Behind } from './answer-in-trouble.ts'
import { withOverview } from './answer-overview.ts'
import { createDoor } from './door.ts'
import { withGate } from './gate.ts'
import { isForOthers } from './known-name.ts'
import { rememberAccess } from './remember-access.ts'
import { renderMissing, renderUnavailable } from './render-unavailable.ts'
import type { Snapshots } from './snapshots.ts'

/** Answers under way get so long when the process is asked to stop. */
const LAST_ANSWERS_MS = 5000

interface ListenOptions {
  hostname: string
  port: number
  isDevelopment: boolean
  /** Answers as Next does. */
  answer: Behind['answer']
}

/** How `serve.mjs` is given the door. */
export type Listen = (options: ListenOptions) => Promise<void>

/** Opens the door on this address, until the process is asked to stop. */
export async function listen(snapshots: Snapshots, { hostname, port, isDevelopment, answer }: ListenOptions): Promise<void> {
  const web = webProcess()
  const { context, stopping } = web
  const access = rememberAccess(context, { isForOthers: isForOthers(hostname, readEnvironment().publicUrl) })
  const keyOf = async () => overviewKey(whoIsAsking().actor)
  const shown = withOverview({ answer, keyOf, snapshots: isDevelopment ? null : snapshots })
  const gated = withGate({ web, access, answer: shown, isDevelopment })
  const behind: Behind = {
    answer: gated,
    known: knownTrouble,
    look: () => lookForTrouble(web),
    whenSilent,
    render: renderUnavailable,
    renderMissing,
  }
  const door = createDoor({
    isDevelopment,
    addresses: givenAddresses(),
    proxies: readEnvironment().proxies,
    catalogueAddress: async () => (await access())?.url ?? null,
    answer: (request, response) => {
      if (isRendering(request)) return answer(request, response)
      return isDevelopment ? gated(request, response) : answerInTrouble(request, response, behind)
    },
  })
  door.on('error', (error) => {
    process.stderr.write(`The web could not start: ${toInternalMessage(error)}\n`)
    process.exit(1)
  })
  door.listen(port, hostname)
  await whenAborted(stopping.signal)
  door.close(() => process.exit(0))
  setTimeout(() => door.closeAllConnections(), LAST_ANSWERS_MS).unref()
  if (isDevelopment) door.closeAllConnections()
}

/** Whether this process renders the overview for its readers: what is wrong then is said to them. */
function isRendering({ url, headers }: IncomingMessage): boolean {
  return url?.split('?')[0] === OVERVIEW_PATH && isOwnCall(new Headers({ authorization: headers.authorization ?? '' }))
}
