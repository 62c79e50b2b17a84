import { z } from 'zod'
import { defineJobKind } from '#jobs/worker/job-kind.ts'
import { reloadCatalogue } from '#jobs/worker/reload-catalogue.ts'

export default defineJobKind({
  input: z.object({}),
  key: () => 'all',
  async run(services) {
    await reloadCatalogue(services)
  },
})
