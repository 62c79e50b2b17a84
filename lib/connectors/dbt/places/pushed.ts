import { type Catalog, readCatalog } from '#lib/connectors/dbt/artifacts/catalog.ts'
import { type Manifest, readManifest } from '#lib/connectors/dbt/artifacts/manifest.ts'
import { type Measurements, readMeasurements } from '#lib/connectors/dbt/artifacts/measurements.ts'
import { type RunResults, readRunResults } from '#lib/connectors/dbt/artifacts/run-results.ts'
import { Kept } from '#lib/connectors/dbt/cloud/kept.ts'
import { type Connected, systemOf } from '#lib/connectors/dbt/connected.ts'
import { invocationRun } from '#lib/connectors/dbt/invocation-run.ts'
import type { PushedFile } from '#lib/connectors/kit/connector.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, isFuture } from '#lib/domain/time/instant.ts'
import { machineTime } from '#lib/domain/wording/dates.ts'
import type { ArtifactSource } from '#lib/records/read/dbt-artifact.ts'
import { jobsOfProject, manifestInWords } from './one-target.ts'
import { orUnusable, type Place, type Told } from './place.ts'

/** By their content, which stays as it is. */
const manifests = new Kept<Manifest>(4)
const catalogs = new Kept<Catalog>(2)
const results = new Kept<RunResults>(100)
const measurements = new Kept<Measurements>(100)

/** What jobs of dbt pushed by themselves: of manifests and catalogs the one that was made last counts, whatever came last; of all else each. */
export class PushedPlace implements Place {
  readonly #connection: Connected
  readonly #what: string
  #files: Promise<PushedFile[]> | undefined

  constructor(connection: Connected) {
    this.#connection = connection
    this.#what = systemOf(connection)
  }

  async check(): Promise<string> {
    return manifestInWords(await this.manifest())
  }

  async manifest(): Promise<Manifest> {
    const all = await this.#named('manifest.json')
    const newest = all.find(({ madeAt }) => !isFuture(madeAt, this.#connection.clock.now()))
    if (newest !== undefined) return manifests.of(newest.sha256, () => readManifest(this.#source(newest)), kept)
    const [ahead] = all
    throw new TidemarkError('not-found', {
      publicMessage:
        ahead === undefined
          ? `No manifest.json of ${this.#what} has been pushed yet. "tidemark dbt ${this.#connection.key}" prints what to add to its job.`
          : `The manifest of ${this.#what} says that it was made in the future (${machineTime(ahead.madeAt)}): a clock is wrong.`,
      systemWide: true,
    })
  }

  async catalog(): Promise<Catalog | null> {
    const usable = (await this.#named('catalog.json')).filter(({ madeAt }) => !isFuture(madeAt, this.#connection.clock.now()))
    for (const file of usable) {
      const reading = catalogs.of(file.sha256, () => readCatalog(this.#source(file)), kept)
      const catalog = await orUnusable(this.#connection, reading)
      if (catalog !== null) return catalog
    }
    return null
  }

  async told(): Promise<Told> {
    const ran = await this.#results()
    const measured = await this.#readable([...(await this.#named('sources.json')), ...(await this.#named('freshness.json'))], (file) =>
      measurements.of(
        file.sha256,
        () => readMeasurements(file.name === 'sources.json' ? 'sources.json' : 'freshness.json', this.#source(file)),
        kept,
      ),
    )
    return {
      manifest: await this.manifest(),
      results: ran.read.toReversed(),
      measurements: measured.read,
      unusable: { results: ran.unusable, measurements: measured.unusable },
    }
  }

  async jobs(manifest: Manifest): Promise<ReadonlyMap<string, string>> {
    return jobsOfProject(manifest)
  }

  /** Of all that is kept, whenever it ended: an old one may have come just now. */
  async *runs(_since: Instant): AsyncGenerator<ExternalRun> {
    const { read } = await this.#results()
    const now = this.#connection.clock.now()
    const usable = read.filter(({ generatedAt }) => !isFuture(generatedAt, now))
    if (usable.length === 0) return
    const manifest = await this.manifest()
    for (const one of usable) {
      const run = invocationRun(manifest, one)
      if (run !== null) yield run
    }
  }

  #results(): Promise<{ read: RunResults[]; unusable: TidemarkError[] }> {
    const read = (file: PushedFile) => results.of(file.sha256, () => readRunResults(this.#source(file)), kept)
    return this.#named('run_results.json').then((files) => this.#readable(files, read))
  }

  /** Listed once for a look, so that all of it is about the same. */
  async #named(name: string): Promise<PushedFile[]> {
    const { pushed } = this.#connection
    if (pushed === undefined)
      throw new TidemarkError('invalid', {
        publicMessage: `What is pushed for ${this.#what} is kept where Tidemark runs: ask there.`,
        systemWide: true,
      })
    this.#files ??= pushed()
    return (await this.#files).filter((file) => file.name === name)
  }

  #source({ name, open }: PushedFile): ArtifactSource {
    return { what: `${name} of ${this.#what}`, bytes: open() }
  }

  /** What can be used of files, the latest first, and why the rest cannot. */
  async #readable<T>(
    files: readonly PushedFile[],
    read: (file: PushedFile) => Promise<T>,
  ): Promise<{ read: T[]; unusable: TidemarkError[] }> {
    const all = { read: [] as T[], unusable: [] as TidemarkError[] }
    for (const file of files) {
      this.#connection.signal.throwIfAborted()
      try {
        all.read.push(await read(file))
      } catch (error) {
        if (!isTidemarkError(error)) throw error
        all.unusable.push(error)
      }
    }
    return all
  }
}

const kept = () => true
