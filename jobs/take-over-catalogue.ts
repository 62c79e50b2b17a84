import type { JobServices } from '#jobs/job-kind.ts'
import { loadCatalogue } from '#lib/commands/load-catalogue.ts'
import { noteCatalogueProblems } from '#lib/commands/note-catalogue-problems.ts'
import { syncCatalogue } from '#lib/commands/sync-catalogue.ts'

/** Reads the catalogue and makes it the one in force; a bad one leaves the last good one in force and its problems on the page. */
export async function takeOverCatalogue(services: JobServices): Promise<void> {
  const { ctx, config } = services
  const loaded = await loadCatalogue(config, services)
  if (loaded.ok) {
    await syncCatalogue(ctx, loaded)
    ctx.log.info('catalogue in force', {
      groups: loaded.catalogue.groups.length,
      feeds: loaded.catalogue.feeds.length,
      assets: loaded.catalogue.assets.length,
    })
    return
  }
  await noteCatalogueProblems(ctx, loaded.problems, loaded.hash)
  for (const { file, line, problem, remedy } of loaded.problems) ctx.log.error(`${file}:${line} ${problem} ${remedy}`)
  ctx.log.error('the catalogue has problems; the last good one stays in force', { problems: loaded.problems.length })
}
