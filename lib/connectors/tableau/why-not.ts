import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'

/** Another refresh of the same is queued already. */
const QUEUED = '409093'

/** Why Tableau queues no refresh of an extract; undefined: as for every question. */
export function whyNotRefreshed(system: string, name: string, status: number, body: string): TidemarkError | string | undefined {
  if (status === 403)
    return `${system} does not let us refresh ${name} (HTTP 403). Give the account of the token the right to do so, or let it be a site administrator.`
  if (status === 409 && codeIn(body) === QUEUED) {
    const publicMessage = `${system} has queued a refresh of ${name} already, and queues no other (HTTP 409).`
    return new TidemarkError('unavailable', { publicMessage, status, retryable: true })
  }
  if (status !== 400 && status !== 409) return undefined
  return `${system} does not refresh ${name} (HTTP ${status}): ${foreignWords(body) || 'it does not say why'}.`
}

/** Why Tableau does not cancel a job; undefined: as for every question. */
export function whyNotCancelled(system: string, id: string, status: number, body: string): string | undefined {
  if (status === 403)
    return `${system} does not let us cancel its job ${id} (HTTP 403). Let the account of the token be a site administrator: nobody else may.`
  if (status !== 400 && status !== 409) return undefined
  return `${system} does not cancel its job ${id} (HTTP ${status}): ${foreignWords(body) || 'it does not say why'}.`
}

/** The number of an error, as it stands in JSON or XML. */
function codeIn(body: string): string | undefined {
  return /\bcode"?\s*[:=]\s*"(\d{6})"/.exec(body)?.[1]
}
