// The web process: the door, and Next behind it. Started by jobs/launcher.ts with --hostname, --port and, to develop, --dev.
import { parseArgs } from 'node:util'
import next from 'next'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { whenAborted } from '#lib/platform/when-aborted.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'
import { answerInTrouble, type Behind } from './_door/answer-in-trouble.ts'
import { createDoor } from './_door/door.ts'
import { renderMissing, renderUnavailable } from './_door/render-unavailable.ts'
import { knownTrouble, lookForTrouble, whenSilent } from './_lib/database-pulse.ts'
import { type Context, webProcess } from './_lib/web-process.ts'

const KNOWN_MS = 2 * SECOND_MS
const ANSWER_MS = 2 * SECOND_MS
/** Answers under way get so long when the process is asked to stop. */
const LAST_ANSWERS_MS = 5000

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { hostname: { type: 'string' }, port: { type: 'string' }, dev: { type: 'boolean', default: false } },
  })
  const { host, port, publicUrl } = readEnvironment()
  const web = webProcess()
  const { context, stopping } = web
  const at = { hostname: values.hostname ?? '127.0.0.1', port: Number(values.port ?? port) }
  const addresses = [publicUrl ?? '', host === undefined ? '' : `http://${host.includes(':') ? `[${host}]` : host}`]
  const door = createDoor({
    isDevelopment: values.dev,
    addresses,
    catalogueAddress: catalogueAddress(context),
    answer: (request, response) => (values.dev ? answer(request, response) : answerInTrouble(request, response, behind)),
  })
  const app = next({ dev: values.dev, httpServer: door, ...at })
  await app.prepare()
  const answer = app.getRequestHandler()
  const behind: Behind = {
    answer,
    known: knownTrouble,
    look: () => lookForTrouble(web),
    whenSilent,
    render: renderUnavailable,
    renderMissing,
  }
  door.on('error', (error) => fail(error))
  door.listen(at.port, at.hostname)
  await whenAborted(stopping.signal)
  door.close(() => process.exit(0))
  setTimeout(() => door.closeAllConnections(), LAST_ANSWERS_MS).unref()
  if (values.dev) door.closeAllConnections()
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

function fail(error: unknown): void {
  process.stderr.write(`The web could not start: ${toInternalMessage(error)}\n`)
  process.exit(1)
}

main().catch(fail)
