import { RECIPE_TIMEOUT_MS, type WrittenRecipe } from '#lib/catalogue/schema/declared-flow.ts'
import { type RecipeParameters, recipeParameters } from '#lib/catalogue/schema/declared-flow-contracts.ts'
import { REJECT_TOLERANCE } from '#lib/domain/runs/run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { defineFlow, type Flow } from '#lib/engine/flow.ts'
import { deliverRecipe } from './deliver-flow.ts'
import { loadRecipe } from './load-flow.ts'

/** A recipe with what the catalogue says around it. */
export interface Recipe {
  name: string
  written: WrittenRecipe
  /** The flow's zone: wall-clock times and the marks of a file's name are in it. */
  zone: string
}

/** The flow that a recipe describes. When it runs and how long it may take is the catalogue's, as for every flow. */
export function flowFromRecipe({ name, written, zone }: Recipe): Flow<RecipeParameters> {
  const { extract, load, deliver, rejectTolerance = REJECT_TOLERANCE } = written
  const around = { zone, tolerance: rejectTolerance }
  return defineFlow<RecipeParameters>({
    schedule: '',
    timezone: zone,
    reads: [extract.from],
    writes: [load?.into ?? deliver?.to ?? ''],
    connections: [],
    parameters: recipeParameters,
    timeoutMs: RECIPE_TIMEOUT_MS,
    rejectTolerance,
    run: async (ctx) => {
      if (load !== undefined) return loadRecipe(ctx, written, load, around)
      if (deliver !== undefined) return deliverRecipe(ctx, written, deliver, around)
      throw new TidemarkError('invalid', { publicMessage: `${name} neither loads nor delivers. Correct it in the catalogue.` })
    },
  })
}
