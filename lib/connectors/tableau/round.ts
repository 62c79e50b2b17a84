import { isNotShown, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { TableauApi } from './api.ts'
import { extractsOf, type LoadedAt } from './extract-times.ts'
import { TableauMetadata, type ToldById } from './metadata.ts'
import { externalRun, isOf, listJobs, madeSince } from './refresh-job.ts'
import { CALLED, type Connected, KINDS, type Kind, subjectOf, type Target } from './settings.ts'
import { type Content, type ListedJob, sourceTimes, type Task, workbookTimes } from './shapes.ts'

/** How far back jobs are looked for where the metadata tell nothing. */
export const JOBS_DAYS = 30
/** So many jobs that may be of one thing are asked what they refreshed. */
const ASKED_MAX = 50

/** The answers of one look, each asked for once. */
export class Round {
  readonly metadata: TableauMetadata
  readonly #connection: Connected
  readonly #api: TableauApi
  readonly #told = new Map<Kind, ToldById | null>()
  #tasks: Task[] = []
  #refreshes: Promise<ListedJob[]> | null = null

  constructor(connection: Connected, api: TableauApi) {
    this.metadata = new TableauMetadata(connection, api)
    this.#connection = connection
    this.#api = api
  }

  /** Asks what all of them need: what nobody gets in for fails as a whole, whichever asset is the first. */
  async load(assets: readonly ObservedAsset[]): Promise<void> {
    const subjects = assets.flatMap(({ path, settings }) => ({ ...subjectOf(path), isLive: settings['live'] === true }))
    for (const kind of KINDS) {
      const ofKind = subjects.filter((one) => one.kind === kind)
      if (ofKind.length === 0) continue
      const listed = await this.#api.ids(kind)
      const wanted = ofKind.flatMap(({ id, view, isLive }) => (view === null && !isLive && id !== undefined && listed.has(id) ? id : []))
      if (wanted.length > 0) this.#told.set(kind, await this.metadata.ask('times', kind, [...new Set(wanted)]))
    }
    if (subjects.some(({ view }) => view != null)) await this.#api.ids('views')
    if (this.#told.size > 0) this.#tasks = await this.#shownTasks()
  }

  async #shownTasks(): Promise<Task[]> {
    try {
      return await this.#api.tasks()
    } catch (error) {
      if (!isNotShown(error)) throw error
      this.#connection.log.info('refresh tasks of Tableau could not be read', { because: error.publicMessage })
      return []
    }
  }

  /** What goes wrong with its scheduled refresh, in words. */
  troublesOf({ kind, id }: Target): string[] {
    const own = this.#tasks.filter(({ datasource, workbook }) => (kind === 'datasources' ? datasource : workbook)?.id === id)
    return own.flatMap(({ consecutiveFailedCount: failed, schedule }) => [
      ...(failed == null || failed === 0
        ? []
        : [`Its scheduled refresh has failed ${failed === 1 ? 'the last time' : `${failed} times in a row`}.`]),
      ...(schedule?.state?.toLowerCase() === 'suspended' ? ['Its refresh schedule is suspended in Tableau.'] : []),
    ])
  }

  /** Its own extracts by the metadata; null: those are not to be had. */
  extracts({ kind, id }: Target, name: string): (LoadedAt | null)[] | null {
    const told = this.#told.get(kind)
    if (told == null) return null
    const item = told.get(id)?.item
    if (item === undefined) {
      const publicMessage = `The metadata of ${this.#api.system} do not tell of ${name} yet; they may be minutes behind.`
      throw new TidemarkError('unavailable', { publicMessage, retryable: true })
    }
    const read = (kind === 'datasources' ? sourceTimes : workbookTimes).safeParse(item)
    if (!read.success)
      throw refusedAnswer(this.#api.system, `what its metadata tell of the ${CALLED[kind]} ${id} is not as Tableau writes it`)
    return extractsOf(read.data)
  }

  /** The end of its last refresh that succeeded, by the list of jobs; null: there is none. */
  async lastRefresh(target: Target, { name }: Content): Promise<Instant | null> {
    let asked = 0
    for (const listed of await this.#succeeded()) {
      // Where the list says what a job is called it is called like what it refreshes.
      if (listed.title != null && listed.title !== name) continue
      const job = await this.#api.job(listed)
      if (isOf(job, target) && externalRun(job)?.state === 'completed' && job.completedAt !== null) return job.completedAt
      if (++asked >= ASKED_MAX) return null
    }
    return null
  }

  #succeeded(): Promise<ListedJob[]> {
    const since = this.#connection.clock.now() - JOBS_DAYS * DAY_MS
    this.#refreshes ??= Array.fromAsync(listJobs(this.#api, ['status:eq:Success', madeSince(since)])).then((jobs) =>
      jobs.filter(({ status }) => status === 'Success').toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0)),
    )
    return this.#refreshes
  }
}
