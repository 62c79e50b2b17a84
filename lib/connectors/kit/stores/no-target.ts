import { TidemarkError } from '#lib/domain/tidemark-error.ts'

/** That nothing can be copied to a place which is not there. The file itself is not gone, so that this is no `not-found`. */
export function noTarget(system: string, key: string, to: { bucket: string; key: string }): TidemarkError {
  return new TidemarkError('refused', {
    publicMessage: `${system} could not copy ${key} to ${to.bucket}/${to.key}: ${to.bucket} is not there. Make it, or correct "copy" in the catalogue.`,
    lasting: 'refused',
  })
}
