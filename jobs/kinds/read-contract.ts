import { z } from 'zod'
import { fetchContract } from '#jobs/worker/fetch-contract.ts'
import { defineJobKind } from '#jobs/worker/job-kind.ts'
import { checkWith, reloadCatalogue } from '#jobs/worker/reload-catalogue.ts'
import { readCatalogueTexts } from '#lib/commands/catalogue/read-catalogue.ts'
import { followAddress } from '#lib/commands/contracts/follow-address.ts'
import { loadContractTexts, noteInForce } from '#lib/db/catalogue/contract-addresses.ts'
import { getPage } from '#lib/db/settings.ts'

/** Asks an address that a contract is read from; what it says comes into force with the catalogue, unless something is wrong with it. */
export default defineJobKind({
  input: z.object({ url: z.string() }),
  key: ({ url }) => url,
  parallel: 4,
  async run(services, { url }) {
    const { ctx, signal } = services
    const read = await readCatalogueTexts(services.config)
    const isNews = await followAddress(ctx, url, {
      zone: (await getPage(ctx.pool)).zone,
      ask: (known) => fetchContract(url, { signal, clock: ctx.clock, known }),
      tryTexts: async (texts) => {
        const after = await checkWith(services, read, texts)
        if (after.ok) return []
        const before = await checkWith(services, read, await loadContractTexts(ctx.pool))
        return before.ok ? after.problems : null
      },
    })
    if (isNews && (await reloadCatalogue(services))) await noteInForce(ctx.pool, url)
  },
})
