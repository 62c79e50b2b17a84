import { type Manifest, readManifest } from '#lib/connectors/dbt/artifacts/manifest.ts'
import { isLoaded } from '#lib/connectors/dbt/artifacts/run-results.ts'
import type { Connected } from '#lib/connectors/dbt/connected.ts'
import { Gathering, type Place, readTwice, type Told } from '#lib/connectors/dbt/places/place.ts'
import { orNull } from '#lib/connectors/kit/answer.ts'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import { canBeTold, type Dated } from '#lib/connectors/kit/moment.ts'
import type { CancelledJobRun, UnwantedJobRun } from '#lib/connectors/kit/starting/cancelling.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { ArtifactName } from '#lib/records/read/dbt-artifact.ts'
import { CLOUD, CloudApi, type CloudRun, ERROR, isLoadOfOurs, SUCCESS } from './api.ts'
import { cloudRun } from './cloud-run.ts'
import { Kept } from './kept.ts'
import { cancelCloudRun, startCloudJob } from './start-job.ts'

/** Of each job so many of its last runs are read: what an earlier one did is known from earlier looks. */
const RUNS_OF_JOB = 3
/** So far back a job of an environment is looked for. */
const RUNS_LISTED_MAX = 500

/** So many runs that no look has read are read in one: older ones are left out, since what they wrote is not known. */
const READ_ANEW_MAX = 100

interface RunArtifacts extends Pick<Told, 'results' | 'measurements' | 'unusable'> {
  job: number
  /** False while they are being stored: the next look finds more. */
  isWhole: boolean
}

/** Of runs that have ended: their artifacts stay as they are. */
const manifests = new Kept<Manifest | null>(8)
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
    return this.#manifestOf(await this.#newestRuns())
  }

  async #manifestOf(runs: readonly CloudRun[]): Promise<Manifest> {
    for (const { id } of runs) {
      const open = () => this.#api.artifact(id, 'manifest.json', null)
      const read = () => readTwice(this.#connection, open, readManifest)
      const manifest = await manifests.of(this.#keyOf(id), read, (one) => one !== null)
      if (manifest !== null) return manifest
    }
    throw this.#noManifest()
  }

  #noManifest(): TidemarkError {
    return new TidemarkError('not-found', {
      publicMessage: `${this.#api.system} has no manifest.json of the last runs of these jobs. Let one of them run to its end.`,
      systemWide: true,
    })
  }

  async told(): Promise<Told> {
    const runs = await this.#newestRuns()
    const read = await this.#read(runs)
    const results = read.flatMap((one) => one.results).toSorted((a, b) => a.generatedAt - b.generatedAt)
    // Of each job the newest: what an earlier one measured, and this did not, is not known any more.
    const measuring = Map.groupBy(
      read.filter(({ measurements }) => measurements.length > 0),
      ({ job }) => job,
    )
    const measurements = [...measuring.values()].flatMap(([newest]) => newest?.measurements ?? [])
    const unusable = {
      results: read.flatMap((one) => one.unusable.results),
      measurements: read.flatMap((one) => one.unusable.measurements),
    }
    return { manifest: await this.#manifestOf(runs), results, measurements, unusable }
  }

  /** The job that built each node last. */
  async jobs(): Promise<ReadonlyMap<string, string>> {
    const read = await this.#read(await this.#newestRuns())
    const built = read
      .toReversed()
      .flatMap(({ job, results }) =>
        results.flatMap(({ isLoad, results: nodes }) =>
          isLoad ? nodes.flatMap(({ id, outcome }) => (isLoaded(outcome) ? [[id, String(job)] as const] : [])) : [],
        ),
      )
    return new Map(built)
  }

  async *runs(since: Instant): AsyncGenerator<ExternalRun> {
    const newest = await this.#newestRuns()
    const manifest = newest.length === 0 ? null : await orNull(this.#manifestOf(newest))
    let readAnew = 0
    let isOneUntold = false
    for await (const run of this.#runsSince(since)) {
      const isAnew = hasEnded(run) && !artifacts.has(this.#keyOf(run.id))
      if (isAnew && ++readAnew > READ_ANEW_MAX) continue
      // Of one that went well it has to be known what it wrote.
      if (manifest === null && run.status === SUCCESS) {
        isOneUntold = true
        continue
      }
      const told = cloudRun(run, manifest, hasEnded(run) ? (await this.#artifactsOf(run)).results : null)
      if (told !== null && (await canBeTold(this.#connection, run, told))) yield told
    }
    if (isOneUntold) throw this.#noManifest()
  }

  async *#runsSince(since: Instant): AsyncGenerator<Dated<CloudRun>> {
    for (const filter of this.#filters()) {
      for await (const run of this.#api.runs(filter)) {
        if ((run.created_at ?? since) < since - LONGEST_RUN_MS) break
        if (isLoadOfOurs(run) && (run.finished_at === null || run.finished_at >= since)) yield run
      }
    }
  }

  start(job: string, wanted: WantedJobRun): Promise<ExternalRun> {
    return startCloudJob(this.#connection, this.#api, job, wanted)
  }

  cancel(job: string, unwanted: UnwantedJobRun): Promise<CancelledJobRun> {
    return cancelCloudRun(this.#connection, this.#api, job, unwanted)
  }

  close(): Promise<void> {
    return this.#api.close()
  }

  #keyOf(run: number): string {
    const { host = CLOUD, account } = this.#connection.settings
    return `${host} ${account} ${run}`
  }

  /** The artifacts of these runs, one after the other. */
  async #read(runs: readonly CloudRun[]): Promise<RunArtifacts[]> {
    const read: RunArtifacts[] = []
    for (const run of runs) read.push(await this.#artifactsOf(run))
    return read
  }

  /** What a run that has ended left behind. */
  #artifactsOf(run: CloudRun): Promise<RunArtifacts> {
    const read = async (): Promise<RunArtifacts> => {
      const gathering = new Gathering(this.#connection)
      const isThere = await this.#gather(run, gathering)
      const { results, measurements, unusable } = gathering
      return { job: run.job_definition_id ?? 0, results, measurements, unusable, isWhole: isThere && run.artifacts_saved !== false }
    }
    const isFinal = ({ isWhole, unusable }: RunArtifacts) => isWhole && unusable.results.length + unusable.measurements.length === 0
    return artifacts.of(this.#keyOf(run.id), read, isFinal)
  }

  /** False when it has no artifacts yet, or was deleted. */
  async #gather({ id }: CloudRun, gathering: Gathering): Promise<boolean> {
    const run = await this.#api.run(id)
    if (run === null) return false
    const { run_steps: steps } = run
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
      const known = ofJob.get(run.job_definition_id ?? 0) ?? []
      if (hasEnded(run) && isLoadOfOurs(run) && known.length < RUNS_OF_JOB) ofJob.set(run.job_definition_id ?? 0, [...known, run])
      const isFull = most === RUNS_OF_JOB && [...ofJob.values()].some((runs) => runs.length === RUNS_OF_JOB)
      if (isFull || listed >= RUNS_LISTED_MAX) break
    }
    return [...ofJob.values()].flat()
  }
}

/** Well or badly: one that was cancelled left nothing that can be relied on. */
function hasEnded({ status }: CloudRun): boolean {
  return status === SUCCESS || status === ERROR
}

function severalProjects(projects: readonly number[]): TidemarkError {
  return new TidemarkError('invalid', {
    publicMessage: `These runs are of the projects ${projects.join(', ')}, and a connection is about one: say which, by project.`,
    systemWide: true,
  })
}
