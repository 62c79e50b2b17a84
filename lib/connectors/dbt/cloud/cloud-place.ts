import type { ArtifactName } from '#lib/connectors/dbt/artifacts/artifact.ts'
import { type Manifest, readManifest } from '#lib/connectors/dbt/artifacts/manifest.ts'
import type { Measurements } from '#lib/connectors/dbt/artifacts/measurements.ts'
import type { RunResults } from '#lib/connectors/dbt/artifacts/run-results.ts'
import type { Connected } from '#lib/connectors/dbt/connected.ts'
import { Gathering, type Place, readTwice, type Told } from '#lib/connectors/dbt/places/place.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { CLOUD, CloudApi, type CloudRun, ERROR, SUCCESS } from './api.ts'
import { cloudRun } from './cloud-run.ts'
import { Kept } from './kept.ts'

/** Of each job so many of its last runs are read: what an earlier one did is known from earlier looks. */
const RUNS_OF_JOB = 3
/** So far back a job of an environment is looked for. */
const RUNS_LISTED_MAX = 500

interface RunArtifacts {
  run: number
  job: number
  results: readonly RunResults[]
  measurements: readonly Measurements[]
}

/** Of runs that have ended: their artifacts stay as they are. */
const manifests = new Kept<Manifest>(8)
const artifacts = new Kept<RunArtifacts>(300)

/** One that was begun longer ago has ended, one way or the other. */
const LONGEST_RUN_MS = 2 * DAY_MS

const LOADS = /\bdbt\b.*\b(build|run|seed|snapshot|retry|test)\b/
const MEASURES = /\bdbt\b.*\bfreshness\b/

/** The jobs of a dbt Cloud account that load the data of one project. */
export class CloudPlace implements Place {
  readonly #connection: Connected
  readonly #api: CloudApi

  constructor(connection: Connected) {
    this.#connection = connection
    this.#api = new CloudApi(connection)
  }

  async check(): Promise<string> {
    const [newest] = await this.#newestRuns()
    if (newest === undefined) return 'dbt Cloud lets us in; of the jobs that are named no run has ended yet.'
    const { nodes, project } = await this.manifest()
    return `dbt Cloud lets us in. Its newest run is ${newest.id}; ${project ?? 'the project'} has ${nodes.size} nodes.`
  }

  async manifest(): Promise<Manifest> {
    for (const { id } of await this.#newestRuns()) {
      const open = () => this.#api.artifact(id, 'manifest.json', null)
      const manifest = await manifests.of(this.#keyOf(id), () => readTwice(this.#connection, open, readManifest))
      if (manifest !== null) return manifest
    }
    throw new TidemarkError('not-found', {
      publicMessage: `${this.#api.system} has no manifest.json of the last runs of these jobs. Let one of them run to its end.`,
      systemWide: true,
    })
  }

  async told(): Promise<Told> {
    const { read, unusable } = await this.#read()
    const results = read.flatMap((one) => one.results).toSorted((a, b) => a.generatedAt - b.generatedAt)
    // Of each job the newest: what an earlier one measured, and this did not, is not known any more.
    const measuring = Map.groupBy(
      read.filter(({ measurements }) => measurements.length > 0),
      ({ job }) => job,
    )
    const measurements = [...measuring.values()].flatMap(([newest]) => newest?.measurements ?? [])
    return { manifest: await this.manifest(), results, measurements, unusable }
  }

  /** The job that built each node last. */
  async jobs(): Promise<ReadonlyMap<string, string>> {
    const { read } = await this.#read()
    const built = read
      .toReversed()
      .flatMap(({ job, results }) =>
        results.flatMap(({ isLoad, results: nodes }) =>
          isLoad
            ? nodes.flatMap(({ id, outcome }) => (outcome === 'built' || outcome === 'reused' ? [[id, String(job)] as const] : []))
            : [],
        ),
      )
    return new Map(built)
  }

  async *runs(since: Instant): AsyncGenerator<ExternalRun> {
    const { read } = await this.#read()
    const known = new Map(read.map((one) => [one.run, one.results]))
    const manifest = known.size === 0 ? null : await this.manifest()
    for (const filter of this.#filters()) {
      for await (const run of this.#runsSince(filter, since)) {
        const told = cloudRun(run, manifest, known.get(run.id) ?? null)
        if (told !== null) yield told
      }
    }
  }

  async *#runsSince(filter: Record<string, string>, since: Instant): AsyncGenerator<CloudRun> {
    for await (const run of this.#api.runs(filter)) {
      if ((run.created_at ?? since) < since - LONGEST_RUN_MS) return
      if (isLoadOfOurs(run) && (run.finished_at === null || run.finished_at >= since)) yield run
    }
  }

  close(): Promise<void> {
    return this.#api.close()
  }

  #keyOf(run: number): string {
    const { host = CLOUD, account } = this.#connection.settings
    return `${host} ${account} ${run}`
  }

  /** The artifacts of the newest runs, the newest first. */
  async #read(): Promise<{ read: RunArtifacts[]; unusable: TidemarkError[] }> {
    const read: RunArtifacts[] = []
    const unusable: TidemarkError[] = []
    for (const run of await this.#newestRuns()) {
      const one = await artifacts.of(this.#keyOf(run.id), async () => {
        const gathering = new Gathering(this.#connection)
        const isWhole = await this.#gather(run, gathering)
        unusable.push(...gathering.unusable)
        const { results, measurements } = gathering
        const told = { run: run.id, job: run.job_definition_id ?? 0, results, measurements }
        // Stored a little after the run has ended: the next look finds them.
        if (!isWhole || gathering.unusable.length > 0) read.push(told)
        return isWhole && gathering.unusable.length === 0 ? told : null
      })
      if (one !== null) read.push(one)
    }
    return { read, unusable }
  }

  /** False when it has no artifacts yet. */
  async #gather({ id }: CloudRun, gathering: Gathering): Promise<boolean> {
    const { run_steps: steps } = await this.#api.run(id)
    const open = (step: number | null) => (name: ArtifactName) => this.#api.artifact(id, name, step)
    if (steps == null || steps.length === 0) {
      const results = await gathering.takeResults(open(null))
      return (await gathering.takeMeasurements(open(null))) || results !== null
    }
    let isThere = false
    for (const { index, name } of steps) {
      if (MEASURES.test(name ?? '')) isThere = (await gathering.takeMeasurements(open(index))) || isThere
      else if (LOADS.test(name ?? '')) isThere = (await gathering.takeResults(open(index))) !== null || isThere
    }
    return isThere
  }

  /** The last runs of each job that have ended well or badly, the newest first; none that wrote into a schema of its own. */
  async #newestRuns(): Promise<CloudRun[]> {
    const most = this.#connection.settings.jobs === undefined ? RUNS_LISTED_MAX : RUNS_OF_JOB
    const found: CloudRun[] = []
    for (const filter of this.#filters()) found.push(...(await this.#endedRuns(filter, most)))
    const projects = new Set(found.flatMap(({ project_id }) => project_id ?? []))
    if (projects.size > 1) throw severalProjects([...projects])
    return found.toSorted((a, b) => (b.finished_at ?? 0) - (a.finished_at ?? 0))
  }

  /** One question for each job that is named, else one for all of the environment. */
  #filters(): Record<string, string>[] {
    const { jobs, environment, project } = this.#connection.settings
    const common = {
      ...(environment !== undefined && { environment_id: String(environment) }),
      ...(project !== undefined && { project_id: String(project) }),
    }
    return jobs?.map((job) => ({ ...common, job_definition_id: String(job) })) ?? [common]
  }

  async #endedRuns(filter: Record<string, string>, most: number): Promise<CloudRun[]> {
    const ofJob = new Map<number, CloudRun[]>()
    let listed = 0
    for await (const run of this.#api.runs(filter)) {
      listed += 1
      const hasEnded = run.status === SUCCESS || run.status === ERROR
      const known = ofJob.get(run.job_definition_id ?? 0) ?? []
      if (hasEnded && isLoadOfOurs(run) && known.length < RUNS_OF_JOB) ofJob.set(run.job_definition_id ?? 0, [...known, run])
      const isFull = most === RUNS_OF_JOB && [...ofJob.values()].some((runs) => runs.length === RUNS_OF_JOB)
      if (isFull || listed >= RUNS_LISTED_MAX) break
    }
    return [...ofJob.values()].flat()
  }
}

/** One that wrote into a schema of its own tried a change. */
function isLoadOfOurs({ trigger }: CloudRun): boolean {
  return trigger?.schema_override == null
}

function severalProjects(projects: readonly number[]): TidemarkError {
  return new TidemarkError('invalid', {
    publicMessage: `These runs are of the projects ${projects.join(', ')}, and a connection is about one: say which, by project.`,
    systemWide: true,
  })
}
