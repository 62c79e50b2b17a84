import { hostname } from 'node:os'
import cron from 'node-cron'
import { requireSecret } from '#jobs/launcher/secret.ts'
import type { CatalogueTexts } from '#lib/commands/catalogue/read-catalogue.ts'
import { checkAgain } from '#lib/commands/probes/connection-checks.ts'
import { restateHistory } from '#lib/commands/status/restate-history.ts'
import { type Context, closeContext, createContext } from '#lib/db/context.ts'
import { listen } from '#lib/db/listen.ts'
import { noteStopped } from '#lib/db/runs/workers.ts'
import { WORKER } from '#lib/domain/access/actor.ts'
import { ProbeTurns } from '#lib/domain/connections/probe-turns.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { type DatabaseUrls, requireDatabaseUrls } from '#lib/platform/embedded-postgres.ts'
import { type Environment, publicAddress, readEnvironment } from '#lib/platform/env.ts'
import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'
import { createLog, type Log } from '#lib/platform/log.ts'
import { secretSource } from '#lib/platform/secrets/secrets.ts'
import { createWakeSignal } from '#lib/platform/wake-signal.ts'
import { whenAborted } from '#lib/platform/when-aborted.ts'
import { SCHEDULE } from './schedule.ts'
import { requireRightClock } from './worker/check-clock.ts'
import { beatInside, beatOutside, noteAbsence } from './worker/heartbeats.ts'
import type { JobServices } from './worker/job-kind.ts'
import { loadExtensions } from './worker/load-extensions.ts'
import { loadKinds, loadNotifiers } from './worker/load-kinds.ts'
import { reloadCatalogue } from './worker/reload-catalogue.ts'
import { RunHolder } from './worker/run-holder.ts'
import { singleFlight } from './worker/single-flight.ts'
import { sweepFlowPushes } from './worker/sweep-flow-pushes.ts'
import { sweepIncidents } from './worker/sweep-incidents.ts'
import { planSweep, sweepInbox, sweepStatuses } from './worker/sweeps.ts'
import { startWakeUps, type WakeUps } from './worker/wake-ups.ts'
import { watchCatalogue } from './worker/watch-catalogue.ts'
import { watchSecrets } from './worker/watch-secrets.ts'

const clock = systemClock
/** Plans at most ten times a second, however many changes are announced. */
const PLAN_PAUSE_MS = 100
const startedAt = clock.now()

async function prepare(ctx: Context, environment: Environment, urls: Partial<DatabaseUrls>, signal: AbortSignal): Promise<JobServices> {
  const { envFile, handedOn, config } = environment
  const own: Record<string, string | undefined> = { DATABASE_URL: urls.databaseUrl, LAKE_DATABASE_URL: urls.lakeDatabaseUrl }
  const { lookup, placeOf } = secretSource({ envFile, handedOn, own: (name) => own[name] })
  return {
    ctx,
    workerId: `${hostname()}/${process.pid}/${startedAt.toString(36)}`,
    ...(await loadExtensions()),
    notifiers: await loadNotifiers(),
    // Read again for each run, like every other secret.
    get lakeUrl() {
      return lookup('LAKE_DATABASE_URL')
    },
    config: config ?? 'tidemark.yaml',
    lookup,
    placeOf,
    fingerprintKey: environment.secret ?? (await requireSecret(environment.dataFolder)),
    random: Math.random,
    runs: new RunHolder(),
    probeTurns: new ProbeTurns(),
    signal,
  }
}

async function work(services: JobServices, databaseUrl: string): Promise<void> {
  const { ctx, signal } = services
  const { log } = ctx
  let sweptAt = startedAt
  const statusSignal = createWakeSignal(clock)
  const inboxSignal = createWakeSignal(clock)
  const pushSignal = createWakeSignal(clock)
  const incidentSignal = createWakeSignal(clock)
  await requireRightClock(ctx.pool, clock)
  await noteAbsence(services)
  await beatInside(services, startedAt)
  await restateHistory(ctx, { onBatch: () => beatInside(services, startedAt) })
  await checkAgain(ctx, null)

  const wakeUps = await startWakeUps({ url: databaseUrl, kinds: await loadKinds(), services, log })
  const plan = singleFlight(
    async () => {
      await planSweep(services, wakeUps)
      await clock.sleep(PLAN_PAUSE_MS, signal)
    },
    failed(log, 'the planning sweep failed'),
  )
  const beat = singleFlight(() => beatInside(services, startedAt), failed(log, 'the heartbeat could not be written'))
  ctx.trouble.onBegin = () => beat.trigger()
  const crontab = startCrontab({ plan, heartbeat: beat }, wakeUps)
  const onChange = () => {
    statusSignal.wake()
    incidentSignal.wake()
    plan.trigger()
  }
  const onRequest = () => {
    services.runs.renewLeasesNow()
    inboxSignal.wake()
    pushSignal.wake()
    plan.trigger()
  }
  const onCatalogue = async (read: CatalogueTexts) => {
    await reloadCatalogue(services, read)
    onChange()
  }
  const loops = [
    sweepStatuses(services, statusSignal, () => {
      sweptAt = clock.now()
    }),
    sweepInbox(services, inboxSignal),
    sweepFlowPushes(services, pushSignal),
    sweepIncidents(services, incidentSignal),
    listen(ctx, signal, { onChange, onRequest }),
    watchCatalogue({ path: services.config, clock, log, signal, onChange: onCatalogue }),
    watchSecrets(services),
    beatOutside(services, () => sweptAt),
  ]
  log.info('worker started', { worker: services.workerId })

  await whenAborted(signal)
  log.info('worker stops')
  await Promise.all([...crontab.map((task) => task.destroy()), wakeUps.stop(), services.runs.stop((ms) => clock.sleep(ms)), ...loops])
  await Promise.all([plan.idle(), beat.idle()])
  await noteStopped(ctx.whole, services.workerId, clock.now())
}

/** Does what recurs at its times: sweeps here, the rest by the queue. */
function startCrontab(sweeps: Record<'plan' | 'heartbeat', { trigger(): void }>, wakeUps: WakeUps) {
  return SCHEDULE.map((line) =>
    cron.schedule(line.cron, () => ('sweep' in line ? sweeps[line.sweep].trigger() : wakeUps.send(line.job)), {
      suppressMissedWarning: true,
    }),
  )
}

function failed(log: Log, what: string): (error: unknown) => void {
  return (error) => log.error(what, { error: toInternalMessage(error) })
}

async function main(): Promise<void> {
  const environment = readEnvironment()
  const log = createLog({ level: environment.logLevel, pretty: process.stderr.isTTY === true })
  const stop = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort())
  process.on('unhandledRejection', (error) => log.error('a failure nobody waited for', { error: toInternalMessage(error) }))

  const { databaseUrl, lakeDatabaseUrl } = await requireDatabaseUrls(environment)
  const ctx = createContext({
    url: databaseUrl,
    actor: WORKER,
    clock,
    log,
    publicUrl: publicAddress(environment),
    connections: 17,
    applicationName: 'tidemark worker',
  })
  const services = await prepare(ctx, environment, { databaseUrl, lakeDatabaseUrl }, stop.signal)
  await work(services, databaseUrl)
  await closeContext(ctx)
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(toShownText(`The worker cannot work: ${toPublicMessage(error)}\n${toInternalMessage(error)}\n`))
    process.exit(1)
  },
)
