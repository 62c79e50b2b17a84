import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import type { Manifest } from './artifacts/manifest.ts'
import { isBroken, isLoaded, type NodeOutcome, type NodeResult, type RunResults } from './artifacts/run-results.ts'
import { holdsData } from './found-nodes.ts'

/** What went wrong, in dbt's own words: each node with its message, those that were skipped counted. */
export function failuresInWords(results: readonly NodeResult[]): string | null {
  const words = results.flatMap(({ id, outcome, message }) =>
    isBroken(outcome) ? [`${id}: ${message ?? 'it failed, and dbt gives no message'}`] : [],
  )
  const skipped = results.filter(({ outcome }) => outcome === 'skipped').length
  if (skipped > 0) words.push(`${skipped} skipped.`)
  return words.length === 0 ? null : words.join('\n\n')
}

/**
 * The nodes that the outcome of a run of dbt speaks about: of one that went well those it loaded; of one that failed those that failed or were skipped, and apart
 * from them those it had loaded to their end. A node that several commands built, and one of them did not, is not loaded.
 */
export function nodesOfRun(
  { nodes }: Manifest,
  results: readonly NodeResult[],
  hasFailed: boolean,
): Required<Pick<ExternalRun, 'writes'>> & Pick<ExternalRun, 'loaded'> {
  const those = (counts: (outcome: NodeOutcome) => boolean) => [
    ...new Set(
      results.flatMap(({ id, outcome }) => {
        const node = nodes.get(id)
        return node !== undefined && holdsData(node) && counts(outcome) ? [id] : []
      }),
    ),
  ]
  const loaded = those(isLoaded)
  if (!hasFailed) return { writes: loaded }
  const writes = those((outcome) => isBroken(outcome) || outcome === 'skipped')
  return { writes, loaded: loaded.filter((id) => !writes.includes(id)) }
}

/** What the invocations of a project are runs of; before v10 a manifest does not name it. */
export function jobOfProject({ project }: Manifest): string {
  return project ?? 'dbt'
}

/** An invocation of dbt as a run of its project; null when it loads nothing, or has no id. */
export function invocationRun(
  manifest: Manifest,
  { isLoad, invocationId, results, startedAt, generatedAt }: RunResults,
): ExternalRun | null {
  if (!isLoad || invocationId === null) return null
  const hasFailed = results.some(({ outcome }) => isBroken(outcome))
  return {
    job: jobOfProject(manifest),
    externalId: invocationId,
    state: hasFailed ? 'failed' : 'completed',
    scheduledAt: null,
    startedAt: startedAt ?? results.flatMap(({ startedAt: at }) => at ?? []).toSorted((a, b) => a - b)[0] ?? null,
    endedAt: generatedAt,
    error: hasFailed ? failuresInWords(results) : null,
    rows: null,
    url: null,
    ...nodesOfRun(manifest, results, hasFailed),
  }
}
