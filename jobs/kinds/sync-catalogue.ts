import { z } from 'zod'
import { defineJobKind } from '#jobs/worker/job-kind.ts'
import { reloadCatalogue } from '#jobs/worker/reload-catalogue.ts'

/** Somebody asks to read the catalogue now: take it over, or note what is wrong with it. */
export default defineJobKind({
  input: z.object({}),
  key: () => 'all',
  run: (services) => reloadCatalogue(services),
})
