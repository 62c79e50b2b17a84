import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import { type LoadedCatalogue, loadCatalogueReading } from '#lib/commands/catalogue/load-catalogue.ts'
import { type CatalogueTexts, readCatalogueTexts } from '#lib/commands/catalogue/read-catalogue.ts'
import { noteCatalogueCheck, noteCatalogueProblems, syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { JobServices } from './job-kind.ts'

/** Checking so much text may take seconds: the page is told first, and it runs in a thread. */
const LONG_TEXT = 300_000

/** Puts the catalogue into force; a bad one leaves the last good one in force and its problems on the page. */
export async function reloadCatalogue(services: JobServices, given?: CatalogueTexts): Promise<void> {
  const read = given ?? (await readCatalogueTexts(services.config))
  const loaded = await check(services, read)
  if (loaded.ok) return putInForce(services, loaded)
  const { ctx } = services
  await noteCatalogueProblems(ctx, loaded.problems, loaded.hash)
  for (const { file, line, problem, remedy } of loaded.problems) ctx.log.error(`${file}:${line} ${problem} ${remedy}`)
  ctx.log.error('the catalogue has problems; the last good one stays in force', { problems: loaded.problems.length })
}

async function check(services: JobServices, read: CatalogueTexts): Promise<LoadedCatalogue> {
  const { ctx } = services
  const length = read.ok ? read.texts.reduce((sum, { text }) => sum + text.length, 0) : 0
  const isLong = length > LONG_TEXT
  try {
    if (!isLong) return loadCatalogueReading(read, services)
    await noteCatalogueCheck(ctx, ctx.clock.now())
    return await checkApart(read)
  } catch (error) {
    await noteFailure(services, null, error)
    throw error
  } finally {
    if (isLong) await noteCatalogueCheck(ctx, null)
  }
}

async function putInForce(services: JobServices, loaded: LoadedCatalogue & { ok: true }): Promise<void> {
  const { ctx, config } = services
  try {
    await syncCatalogue(ctx, { ...loaded, readFrom: config })
  } catch (error) {
    await noteFailure(services, loaded.hash, error)
    throw error
  }
  for (const { file, line, problem, remedy } of loaded.remarks) ctx.log.warn(`${file}:${line} ${problem} ${remedy}`)
  const { groups, feeds, assets } = loaded.catalogue
  ctx.log.info('catalogue in force', { groups: groups.length, feeds: feeds.length, assets: assets.length })
}

/** What keeps a good catalogue from coming into force is shown where its problems are, not only in the log. */
async function noteFailure({ ctx, config }: JobServices, hash: string | null, error: unknown): Promise<void> {
  const problem: CatalogueProblem = {
    file: config,
    line: 1,
    column: 1,
    path: '',
    problem: `The catalogue could not be taken over: ${toInternalMessage(error)}.`,
    remedy: "It is tried again until it works; the worker's log has the details.",
  }
  await noteCatalogueProblems(ctx, [problem], hash).catch((failure: unknown) =>
    ctx.log.error('nor could that be noted', { error: toInternalMessage(failure) }),
  )
}

/** Checks a catalogue in a thread, so that nothing that is due waits. Throws what the check throws. */
async function checkApart(read: CatalogueTexts): Promise<LoadedCatalogue> {
  const thread = new Worker(new URL('./check-thread.ts', import.meta.url), { workerData: read })
  try {
    const [loaded] = await once(thread, 'message')
    return loaded
  } finally {
    await thread.terminate()
  }
}
