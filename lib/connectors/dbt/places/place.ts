import { type Catalog, readCatalog } from '#lib/connectors/dbt/artifacts/catalog.ts'
import { type Manifest, readManifest } from '#lib/connectors/dbt/artifacts/manifest.ts'
import { type Measurements, readMeasurements } from '#lib/connectors/dbt/artifacts/measurements.ts'
import { type RunResults, readRunResults } from '#lib/connectors/dbt/artifacts/run-results.ts'
import type { Connection, WantedJobRun } from '#lib/connectors/kit/connector.ts'
import type { CancelledJobRun, UnwantedJobRun } from '#lib/connectors/kit/starting/cancelling.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { ArtifactName, ArtifactSource } from '#lib/records/read/dbt-artifact.ts'

/** What artifacts say together about a project. */
export interface Told {
  manifest: Manifest
  /** Of each invocation, oldest first. */
  results: readonly RunResults[]
  /** Of each that measures: its newest. */
  measurements: readonly Measurements[]
  /** Which of them could not be used, and why: in public words. */
  unusable: { readonly results: readonly TidemarkError[]; readonly measurements: readonly TidemarkError[] }
}

/** Where the artifacts of a project are. */
export interface Place {
  /** Who answers, in words. */
  check(): Promise<string>
  manifest(): Promise<Manifest>
  /** The columns that were seen in the warehouse last; null: nobody generated docs. */
  catalog(): Promise<Catalog | null>
  /** What its artifacts tell together. */
  told(): Promise<Told>
  /** The job that writes each node, as far as that can be told. */
  jobs(manifest: Manifest): Promise<ReadonlyMap<string, string>>
  /** Runs that load, those that go on or wait among them; of the others those that ended since then. */
  runs(since: Instant): AsyncIterable<ExternalRun>
  /** There where jobs can be started. */
  start?(job: string, wanted: WantedJobRun): Promise<ExternalRun>
  /** There beside it. */
  cancel?(job: string, unwanted: UnwantedJobRun): Promise<CancelledJobRun>
  close?(): Promise<void>
}

/** Gives one artifact; null when it is not there. */
export type OpenArtifact = (name: ArtifactName) => Promise<ArtifactSource | null>

/** Somebody writes it just now: a little later it is whole. */
const AGAIN_AFTER_MS = 2 * SECOND_MS

/** Reads an artifact, a half-written one twice; null when it is not there. */
export async function readTwice<T>(
  { clock, signal }: Pick<Connection<unknown>, 'clock' | 'signal'>,
  open: () => Promise<ArtifactSource | null>,
  read: (source: ArtifactSource) => Promise<T>,
): Promise<T | null> {
  for (let tries = 1; ; tries += 1) {
    const source = await open()
    if (source === null) return null
    try {
      return await read(source)
    } catch (error) {
      if (tries > 1 || !isTidemarkError(error) || !error.retryable || signal.aborted) throw error
      await clock.sleep(AGAIN_AFTER_MS, signal)
    }
  }
}

export async function readManifestAt(
  connection: Pick<Connection<unknown>, 'clock' | 'signal'>,
  what: string,
  open: OpenArtifact,
): Promise<Manifest> {
  const manifest = await readTwice(connection, () => open('manifest.json'), readManifest)
  if (manifest !== null) return manifest
  throw new TidemarkError('not-found', {
    publicMessage: `${what} has no manifest.json. Every command of dbt writes one into its target folder: let a run put it there.`,
    systemWide: true,
  })
}

export function readCatalogAt(connection: Pick<Connection<unknown>, 'clock' | 'signal'>, open: OpenArtifact): Promise<Catalog | null> {
  return readTwice(connection, () => open('catalog.json'), readCatalog)
}

/** A catalog, or null where it cannot be used, which is logged: everything else is told without it. Throws what another look may bring: types would turn to and fro. */
export async function orUnusable({ log, signal }: Connection<unknown>, reading: Promise<Catalog | null>): Promise<Catalog | null> {
  try {
    return await reading
  } catch (error) {
    if (!isTidemarkError(error) || error.systemWide || error.retryable || signal.aborted) throw error
    log.warn('a catalog cannot be used: columns are known by an older one, or as far as they are documented', {
      problem: error.publicMessage,
    })
    return null
  }
}

/** Collects what can be used, and why the rest cannot. What broke off the whole look is thrown. */
export class Gathering {
  readonly results: RunResults[] = []
  readonly measurements: Measurements[] = []
  readonly unusable = { results: [] as TidemarkError[], measurements: [] as TidemarkError[] }
  readonly #connection: Pick<Connection<unknown>, 'clock' | 'signal'>

  constructor(connection: Pick<Connection<unknown>, 'clock' | 'signal'>) {
    this.#connection = connection
  }

  async takeResults(open: OpenArtifact): Promise<RunResults | null> {
    const results = await this.#usable('results', () => readTwice(this.#connection, () => open('run_results.json'), readRunResults))
    if (results !== null) this.results.push(results)
    return results
  }

  async takeMeasurements(open: OpenArtifact): Promise<boolean> {
    const read = (name: 'sources.json' | 'freshness.json') =>
      this.#usable('measurements', () =>
        readTwice(
          this.#connection,
          () => open(name),
          (source) => readMeasurements(name, source),
        ),
      )
    const both = [await read('sources.json'), await read('freshness.json')].filter((one) => one !== null)
    this.measurements.push(...both)
    return both.length > 0
  }

  told(manifest: Manifest): Told {
    const results = this.results.toSorted((a, b) => a.generatedAt - b.generatedAt)
    return { manifest, results, measurements: this.measurements, unusable: this.unusable }
  }

  async #usable<T>(of: keyof Told['unusable'], read: () => Promise<T | null>): Promise<T | null> {
    try {
      return await read()
    } catch (error) {
      if (!isTidemarkError(error) || error.systemWide || this.#connection.signal.aborted) throw error
      this.unusable[of].push(error)
      return null
    }
  }
}
