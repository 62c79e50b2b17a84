import { isDeepStrictEqual } from 'node:util'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { type DatabaseUrls, requireDatabaseUrls } from '#lib/platform/embedded-postgres.ts'
import { type Environment, publicAddress } from '#lib/platform/env.ts'
import { applyMigrations } from '#lib/platform/migrate.ts'
import { bindAddress, requireFreePort } from './bind-address.ts'
import { buildIfNeeded, generateIfNeeded } from './build.ts'
import { type Child, keepRunning, type Running } from './child.ts'
import type { Settings } from './environment.ts'
import { sayHowToBegin } from './how-to-begin.ts'
import { DEMO_CATALOGUE, demoPlan, hasDemo, webPlan, workerPlan } from './plans.ts'
import { requireSecret } from './secret.ts'
import { keepServer, type ServerKeeper } from './server-keeper.ts'
import { waitForPage } from './web.ts'

export type Mode = 'everything' | 'web' | 'worker'

export interface Launch {
  start(): Promise<void>
  /** Children first, the database last. */
  stop(): Promise<void>
  kill(): void
}

interface LaunchOptions {
  mode: Mode
  isDevelopment: boolean
  environment: Environment
  clock: Clock
  say: (line: string) => void
  onLost: (error: unknown) => void
}

function catalogueFor(mode: Mode, environment: Environment): string | undefined {
  if (environment.config !== undefined || mode === 'web') return environment.config
  if (mode === 'everything' && hasDemo()) return DEMO_CATALOGUE
  throw new TidemarkError('invalid', {
    publicMessage: 'There is no catalogue: set TIDEMARK_CONFIG to your tidemark.yaml. (The demo campus runs with "npm start" only.)',
  })
}

class Launcher implements Launch {
  readonly #options: LaunchOptions
  readonly #stopping = new AbortController()
  #server: Promise<ServerKeeper> | undefined
  #keeper: ServerKeeper | undefined
  #children: Running[] = []

  constructor(options: LaunchOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { mode, environment, clock, say } = this.#options
    const { signal } = this.#stopping
    const settings = await this.#settingsFor(await this.#findDatabases())
    const host = bindAddress(environment.host)
    await this.#prepare(settings, host)
    if (signal.aborted) return
    this.#startChildren(settings)
    if (mode === 'worker') return say('The worker runs. Ctrl-C stops it.')
    const wanted = mode === 'web' ? 'page' : 'page-and-worker'
    if (!(await waitForPage(wanted, host, environment.port, clock, signal))) return
    say(`Tidemark is ready: ${settings.publicUrl}  (Ctrl-C stops it)`)
    await sayHowToBegin(settings, clock, say)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#stopChildren()
    await (await this.#server?.catch(() => undefined))?.stop()
  }

  kill(): void {
    this.#stopping.abort()
    for (const child of this.#children) child.kill()
    this.#keeper?.stopSoon()
  }

  async #findDatabases(): Promise<DatabaseUrls> {
    const { mode, environment, clock, say } = this.#options
    if (mode !== 'everything' || environment.databaseUrl !== undefined) return requireDatabaseUrls(environment)
    const onMoved = (urls: DatabaseUrls) => void this.#restartChildren(urls)
    this.#server = keepServer({ dataFolder: environment.dataFolder, clock, say, onMoved, onGone: this.#options.onLost })
    this.#keeper = await this.#server
    if (this.#keeper.adopted) say('The embedded database was still running, left over by a start that was killed: going on with it.')
    return this.#keeper.urls
  }

  async #settingsFor(urls: DatabaseUrls): Promise<Settings> {
    const { mode, environment, isDevelopment } = this.#options
    const config = catalogueFor(mode, environment)
    const secret = environment.secret ?? (await requireSecret(environment.dataFolder))
    const publicUrl = publicAddress(environment)
    const lakeDatabaseUrl = environment.lakeDatabaseUrl ?? urls.lakeDatabaseUrl
    return { databaseUrl: urls.databaseUrl, lakeDatabaseUrl, environment, secret, config, publicUrl, isDevelopment }
  }

  /** What has to be there before the children; each step is skipped after a request to stop. */
  async #prepare(settings: Settings, host: string): Promise<void> {
    const { mode, environment, clock, say, isDevelopment } = this.#options
    const { signal } = this.#stopping
    const steps = [
      () => (mode === 'worker' ? undefined : requireFreePort(host, environment.port, clock)),
      () => generateIfNeeded(),
      () => applyMigrations(settings.databaseUrl),
      () => (mode === 'worker' || isDevelopment ? undefined : buildIfNeeded(settings.databaseUrl, say, signal)),
    ]
    for (const step of steps) if (!signal.aborted) await step()
  }

  #startChildren(settings: Settings): void {
    const { mode, environment, clock, say } = this.#options
    const isDemo = settings.config === DEMO_CATALOGUE && environment.config === undefined
    if (mode !== 'worker') this.#children.push(keepRunning(webPlan(settings, bindAddress(environment.host)), clock, say))
    if (mode === 'web') return
    this.#children.push(isDemo ? keepCampus(settings, clock, say) : keepRunning(workerPlan(settings), clock, say))
  }

  async #stopChildren(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.stop()))
    this.#children = []
  }

  async #restartChildren(urls: DatabaseUrls): Promise<void> {
    await this.#stopChildren()
    const settings = await this.#settingsFor(urls)
    if (!this.#stopping.signal.aborted) this.#startChildren(settings)
  }
}

export function createLaunch(options: LaunchOptions): Launch {
  return new Launcher(options)
}

/** The demo campus and its worker, which starts when the campus is ready, and again when its addresses change. */
function keepCampus(settings: Settings, clock: Clock, say: (line: string) => void): Running {
  let known: Record<string, string> = {}
  let worker: Child | undefined
  const onReady = (environment: Record<string, string>): void => {
    if (worker && isDeepStrictEqual(environment, known)) return
    known = environment
    const plan = workerPlan(settings, known)
    if (worker) void worker.replace(plan)
    else worker = keepRunning(plan, clock, say)
  }
  const demo = keepRunning(demoPlan(settings, onReady), clock, say)
  return {
    async stop() {
      await Promise.all([demo.stop(), worker?.stop()])
    },
    kill() {
      demo.kill()
      worker?.kill()
    },
  }
}
