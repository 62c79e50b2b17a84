import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { LoadedCatalogue } from '#lib/commands/catalogue/load-catalogue.ts'
import type { CatalogueTexts } from '#lib/commands/catalogue/read-catalogue.ts'

/** Checks a catalogue in a thread of its own, so that a large one holds up nothing that is due meanwhile. Throws what the check throws. */
export async function checkApart(read: CatalogueTexts): Promise<LoadedCatalogue> {
  const thread = new Worker(new URL('./check-thread.ts', import.meta.url), { workerData: read })
  try {
    const [loaded] = await once(thread, 'message')
    return loaded
  } finally {
    await thread.terminate()
  }
}
