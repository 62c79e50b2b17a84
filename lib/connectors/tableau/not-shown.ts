import { isTidemarkError, type TidemarkError } from '#lib/domain/tidemark-error.ts'

/** True when Tableau does not show the one thing that was asked for; an answer that cannot be read says nothing of the kind. */
export function isNotShown(error: unknown): error is TidemarkError {
  return isTidemarkError(error) && error.lasting !== undefined && !error.systemWide
}
