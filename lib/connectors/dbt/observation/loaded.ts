import { z } from 'zod'
import type { Manifest } from '#lib/connectors/dbt/artifacts/manifest.ts'
import { isBroken, isLoaded, type NodeResult, type RunResults } from '#lib/connectors/dbt/artifacts/run-results.ts'
import type { Told } from '#lib/connectors/dbt/places/place.ts'
import { type Instant, isFuture } from '#lib/domain/time/instant.ts'
import { machineTime } from '#lib/domain/wording/dates.ts'
import { shortWords } from './short-words.ts'

/** When a node was loaded last, and how the last try ended, kept from look to look: the artifacts of a later run need not speak of it. */
export const loadedState = z.object({
  loadedAt: z.number().nullable(),
  rows: z.number().nullable(),
  /** How the newest invocation that spoke of it ended for it. */
  tried: z.object({ at: z.number(), trouble: z.string().nullable() }).nullable(),
  /** What its tests said last, and when. */
  tested: z.object({ at: z.number(), trouble: z.array(z.string()) }).nullable(),
})
export type LoadedState = z.output<typeof loadedState>

const UNKNOWN: LoadedState = { loadedAt: null, rows: null, tried: null, tested: null }
const TESTS_MAX = 5

/** One invocation, with its results by node. */
interface Invocation {
  run: RunResults
  byId: ReadonlyMap<string, NodeResult>
}

/** Results of all invocations that are to be believed, ready to be asked about many nodes. */
export class Loads {
  readonly #manifest: Manifest
  readonly #invocations: Invocation[]
  readonly #testsOf: ReadonlyMap<string, string[]>

  constructor({ manifest, results }: Told, now: Instant) {
    this.#manifest = manifest
    this.#invocations = results
      .filter(({ generatedAt }) => !isFuture(generatedAt, now))
      .map((run) => ({ run, byId: new Map(run.results.filter(({ endedAt }) => !isFuture(endedAt, now)).map((one) => [one.id, one])) }))
    const pairs = [...manifest.tests].flatMap(([id, { of }]) => of.map((node) => ({ id, node })))
    this.#testsOf = new Map([...Map.groupBy(pairs, ({ node }) => node)].map(([node, tests]) => [node, tests.map(({ id }) => id)]))
  }

  /** What is known of a node after these invocations; null: none of them, nor an earlier look, says anything of it. */
  of(id: string, previous: LoadedState | null): LoadedState | null {
    return this.#invocations.reduce<LoadedState | null>((known, invocation) => this.#after(id, known, invocation), previous)
  }

  #after(id: string, known: LoadedState | null, { run, byId }: Invocation): LoadedState | null {
    const tested = this.#tested(id, run.generatedAt, byId)
    const result = run.isLoad ? byId.get(id) : undefined
    if (tested === null && result === undefined) return known
    const before = known ?? UNKNOWN
    const isNewTest = tested !== null && (before.tested === null || tested.at >= before.tested.at)
    const after = { ...before, ...(isNewTest && { tested }) }
    return result === undefined || result.outcome === 'nothing' ? after : this.#tried(after, result, byId)
  }

  /** A success counts for when it ended, and never less than one that is known. */
  #tried(known: LoadedState, result: NodeResult, byId: Invocation['byId']): LoadedState {
    const { outcome, endedAt, rows } = result
    const isLoad = isLoaded(outcome) && endedAt > (known.loadedAt ?? Number.NEGATIVE_INFINITY)
    const isNewest = known.tried === null || endedAt >= known.tried.at
    return {
      ...known,
      ...(isLoad && { loadedAt: endedAt, rows }),
      ...(isNewest && { tried: { at: endedAt, trouble: this.#trouble(result, byId) } }),
    }
  }

  #trouble({ id, outcome, message, endedAt }: NodeResult, byId: Invocation['byId']): string | null {
    if (outcome === 'failed') return `dbt failed here at ${machineTime(endedAt)}: ${shortWords(message ?? 'it gives no message.')}`
    if (outcome === 'partial')
      return `dbt loaded only a part of it at ${machineTime(endedAt)}: ${shortWords(message ?? 'some of its batches failed.')}`
    if (outcome !== 'skipped') return null
    const root = this.#rootOf(id, byId)
    const because = root === null ? (message ?? 'it does not say why') : `${root.id} failed: ${root.message ?? 'without a message'}`
    return `dbt skipped it at ${machineTime(endedAt)}, because ${shortWords(because)}`
  }

  /** The nearest node or test above it that failed in the same invocation. */
  #rootOf(id: string, byId: Invocation['byId']): NodeResult | null {
    const seen = new Set([id])
    let level = [id]
    while (level.length > 0) {
      level = level.flatMap((one) => this.#manifest.parents.get(one) ?? []).filter((one) => !seen.has(one) && seen.add(one))
      for (const one of level) {
        const failed = [one, ...(this.#testsOf.get(one) ?? [])]
          .map((at) => byId.get(at))
          .find((result) => result !== undefined && isBroken(result.outcome))
        if (failed !== undefined) return failed
      }
    }
    return null
  }

  #tested(id: string, at: Instant, byId: Invocation['byId']): LoadedState['tested'] {
    const told = (this.#testsOf.get(id) ?? []).flatMap((test) => byId.get(test) ?? []).filter(({ outcome }) => outcome !== 'skipped')
    if (told.length === 0) return null
    const bad = told.filter(({ outcome }) => outcome === 'failed' || outcome === 'warned')
    const words = bad.slice(0, TESTS_MAX).map(({ id: test, outcome, message, endedAt }) => {
      const name = this.#manifest.tests.get(test)?.name ?? test
      return `Test ${name} ${outcome === 'failed' ? 'failed' : 'warned'} at ${machineTime(endedAt)}: ${shortWords(message ?? 'it gives no message.')}`
    })
    return { at, trouble: bad.length > TESTS_MAX ? [...words, `${bad.length - TESTS_MAX} more tests did not pass.`] : words }
  }
}
