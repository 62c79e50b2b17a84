import { knownTrouble, lookForTrouble, whenSilent } from '#app/_lib/database-pulse.ts'
import { type Context, webProcess } from '#app/_lib/web-process.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { whenAborted } from '#lib/platform/when-aborted.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'
import { answerInTrouble, type Behind } from './answer-in-trouble.ts'
import { createDoor } from './door.ts'
import { renderMissing, renderUnavailable } from './render-unavailable.ts'

const KNOWN_MS = 2 * SECOND_MS
const ANSWER_MS = 2 * SECOND_MS
/** Answers under way get so long when the process is asked to stop. */
const LAST_ANSWERS_MS = 5000

interface ListenOptions {
  hostname: string
  port: number
  isDevelopment: boolean
  /** Answers as Next does. */
  answer: Behind['answer']
}

/** Opens the door on this address, until the process is asked to stop. */
export async function listen({ hostname, port, isDevelopment, answer }: ListenOptions): Promise<void> {
  const { host, publicUrl } = readEnvironment()
  const web = webProcess()
  const { context, stopping } = web
  const addresses = [publicUrl ?? '', host === undefined ? '' : `http://${host.includes(':') ? `[${host}]` : host}`]
  const behind: Behind = {
    answer,
    known: knownTrouble,
    look: () => lookForTrouble(web),
    whenSilent,
    render: renderUnavailable,
    renderMissing,
  }
  const door = createDoor({
    isDevelopment,
    addresses,
    catalogueAddress: catalogueAddress(context),
    answer: (request, response) => (isDevelopment ? answer(request, response) : answerInTrouble(request, response, behind)),
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

/** The address that the catalogue in force gives the page, looked up every two seconds at most; without a database the last one known. */
function catalogueAddress(ctx: Context): () => Promise<string | null> {
  let known: string | null = null
  let askAgainAt = 0
  let asking: Promise<void> | null = null
  const ask = async () => {
    try {
      known = (await getPageAccess(ctx)).url
    } catch (error) {
      ctx.log.warn('could not read the address of the page', { error: toInternalMessage(error) })
    }
    askAgainAt = ctx.clock.now() + KNOWN_MS
    asking = null
  }
  return async () => {
    if (asking === null && ctx.clock.now() >= askAgainAt) asking = ask()
    const enough = new AbortController()
    if (asking !== null) await Promise.race([asking, ctx.clock.sleep(ANSWER_MS, enough.signal)])
    enough.abort()
    return known
  }
}
