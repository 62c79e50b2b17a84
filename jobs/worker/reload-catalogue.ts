import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import type { CatalogueText } from '#lib/catalogue/parse/catalogue-file.ts'
import { findLabelProblems } from '#lib/commands/catalogue/adopt-found.ts'
import { type LoadedCatalogue, loadCatalogueReading } from '#lib/commands/catalogue/load-catalogue.ts'
import { type CatalogueTexts, readCatalogueTexts } from '#lib/commands/catalogue/read-catalogue.ts'
import { noteCatalogueCheck, noteCatalogueProblems, syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { recordLoadsBefore } from '#lib/commands/runs/record-external-runs.ts'
import { loadContractTexts } from '#lib/db/catalogue/contract-addresses.ts'
import type { Context } from '#lib/db/context.ts'
import { listPushConnections } from '#lib/db/push/push-runs.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { identitiesIn } from './identities.ts'
import type { JobServices } from './job-kind.ts'

/** Checking so much text may take seconds: the page is told first, and it runs in a thread. */
const LONG_TEXT = 300_000

/** Puts the catalogue into force, and answers whether it is; a bad one leaves the last good one in force and its problems on the page. */
export async function reloadCatalogue(services: JobServices, given?: CatalogueTexts): Promise<boolean> {
  const read = given ?? (await readCatalogueTexts(services.config))
  const texts = read.ok ? await loadContractTexts(services.ctx.pool) : []
  const checked = await checkWith(services, read, texts)
  const { ctx } = services
  const loaded = checked.ok ? await withLabels(ctx, checked) : checked
  if (loaded.ok) {
    await putInForce(services, loaded)
    return true
  }
  await noteCatalogueProblems(ctx, loaded.problems, loaded.hash)
  for (const { file, line, problem, remedy } of loaded.problems) ctx.log.error(`${file}:${line} ${problem} ${remedy}`)
  ctx.log.error('the catalogue has problems; the last good one stays in force', { problems: loaded.problems.length })
  return false
}

/** Labels that rules ask for are known only where something was found. */
async function withLabels(ctx: Context, loaded: LoadedCatalogue & { ok: true }): Promise<LoadedCatalogue> {
  const { problems, remarks } = await findLabelProblems(ctx.pool, loaded)
  if (problems.length > 0) return { ok: false, problems, hash: loaded.hash }
  return { ...loaded, remarks: [...loaded.remarks, ...remarks] }
}

/** Checks a catalogue with what the addresses say that it names. */
export function checkWith(services: JobServices, read: CatalogueTexts, said: readonly CatalogueText[]): Promise<LoadedCatalogue> {
  return check(services, read.ok ? { ok: true, texts: [...read.texts, ...said] } : read)
}

async function check(services: JobServices, read: CatalogueTexts): Promise<LoadedCatalogue> {
  const { ctx } = services
  const length = read.ok ? read.texts.reduce((sum, { text }) => sum + text.length, 0) : 0
  const isLong = length > LONG_TEXT
  try {
    if (!isLong) return loadCatalogueReading(read, services, ctx.clock.now())
    await noteCatalogueCheck(ctx, ctx.clock.now())
    return await checkApart(services, { read, at: ctx.clock.now() })
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
    const { adoption, document } = loaded
    const adopting = adoption === null ? null : { ...adoption, identities: identitiesIn(document['connections'], services) }
    await syncCatalogue(ctx, { ...loaded, readFrom: config, adoption: adopting })
    // Of a connection that nobody asks, nothing else tells what its jobs did before an asset came to name them.
    for (const { key } of await listPushConnections(ctx.pool)) await recordLoadsBefore(ctx, key)
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
async function checkApart({ connectors, flows }: JobServices, given: { read: CatalogueTexts; at: Instant }): Promise<LoadedCatalogue> {
  const thread = new Worker(new URL('./check-thread.ts', import.meta.url), { workerData: given })
  try {
    const [loaded]: LoadedCatalogue[] = await once(thread, 'message')
    if (loaded === undefined) throw new Error('the thread that checks the catalogue said nothing')
    if (!loaded.ok || loaded.adoption === null) return loaded
    return { ...loaded, adoption: { ...loaded.adoption, contracts: { connectors, flows } } }
  } finally {
    await thread.terminate()
  }
}
