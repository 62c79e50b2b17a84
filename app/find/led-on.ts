import { filteredCataloguePath } from '#app/_ui/paths.ts'
import type { Question } from '#app/_ui/runs/run-question.ts'

/**
 * Where a question with words is answered: in the catalogue, wherever they were typed, with all that the address asked besides, so that what the catalogue does
 * not know of it is said there. Null without words.
 */
export function ledOnTo({ q, status, owner }: Question): string | null {
  return q === undefined ? null : filteredCataloguePath({ q, status, owner })
}
