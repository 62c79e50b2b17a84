import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { keyAuth } from '#lib/connectors/kit/ask.ts'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import { requireListed } from '#lib/connectors/kit/starting/require-listed.ts'
import { hasParameters, startOnce } from '#lib/connectors/kit/starting/start-once.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { httpRequest } from '#lib/platform/http/client.ts'
import type { RuntimesApi } from './api.ts'
import { ENDED, externalRun, GOING_WELL, jobOf, KEPT_MS, UNENDED } from './pipeline-run.ts'
import type { Connected, TriggeredTask } from './settings.ts'
import type { Entry } from './shapes.ts'

const TRIGGERED = ['triggered']
/** A task that is asked answers while its pipeline runs, or at its end: no longer than that. */
const LONGEST_MS = 16 * MINUTE_MS
const ANSWER_BYTES_MAX = 4_000_000_000
/** Between two looks whether it is listed. */
const LOOKS_MS = [2, 4, 8, 16, 30, 60].map((seconds) => seconds * SECOND_MS)

/**
 * The run of a pipeline that does what is wanted. SnapLogic takes no key: so the one that a task has begun since an earlier try is ours, else one that goes on is
 * taken up where nothing is to be told, else its task is asked.
 */
export async function startPipeline(connection: Connected, api: RuntimesApi, job: string, wanted: WantedJobRun): Promise<ExternalRun> {
  const task = requireTask(connection, api, job)
  const entry =
    (await ofTry(api, job, wanted))[0] ??
    (hasParameters(wanted) ? undefined : await goingOn(connection, api, job, wanted)) ??
    (await begin(connection, api, { job, task, wanted }))
  const because = entry.state === 'Failed' ? await api.reason(entry.id) : null
  const told = externalRun(entry, { org: api.org, key: connection.key, jobs: new Map([[entry.id, jobOf(entry, api.org) ?? job]]), because })
  if (told === null) throw refusedAnswer(api.system, `its run ${entry.id} is in a state that nobody knows`)
  return told
}

function requireTask({ settings }: Connected, api: RuntimesApi, job: string): TriggeredTask {
  const task = settings.tasks[job]
  if (task !== undefined) return task
  throw new TidemarkError('invalid', {
    publicMessage: `${api.system} starts ${job} by a triggered task, and the connection names none. Write its url and token under tasks: ${job}.`,
  })
}

interface Beginning {
  job: string
  task: TriggeredTask
  wanted: WantedJobRun
}

interface Asking extends Beginning {
  api: RuntimesApi
}

async function begin(connection: Connected, api: RuntimesApi, { job, task, wanted }: Beginning): Promise<Entry> {
  const { clock } = connection
  const called = `the pipeline ${job}`
  requireListed(api.system, called, wanted, clock.now())
  const since = clock.now() - HOUR_MS
  const before = new Set((await triggeredSince(api, job, since)).map(({ id }) => id))
  const find = async () => (await triggeredSince(api, job, since)).find(({ id }) => !before.has(id))
  return startOnce(connection, {
    system: api.system,
    called,
    wanted,
    start: () => listedAfter(connection, { api, job, task, wanted }, find),
    find,
  })
}

/** Asks the task, and does not wait for the end of its answer: the run is listed while it goes on. */
async function listedAfter(connection: Connected, asking: Asking, find: () => Promise<Entry | undefined>): Promise<Entry> {
  const { clock, signal } = connection
  // Whoever goes away while it answers may end the pipeline: only what comes before the run is listed breaks it off.
  const away = new AbortController()
  const abort = () => away.abort()
  signal.addEventListener('abort', abort, { once: true })
  const answer: { error?: unknown; isHere: boolean } = { isHere: false }
  const answered = askTask(connection, asking, away.signal)
    .catch((error: unknown) => {
      answer.error = error
    })
    .finally(() => {
      answer.isHere = true
    })
  try {
    for (const waitMs of LOOKS_MS) {
      await (answer.isHere ? clock.sleep(waitMs, signal) : Promise.race([answered, clock.sleep(waitMs, signal)]))
      if (answer.error !== undefined) throw answer.error
      const entry = await find()
      if (entry !== undefined) return entry
    }
  } finally {
    signal.removeEventListener('abort', abort)
  }
  const publicMessage = `${asking.api.system} was asked to run ${asking.job}, and lists no run of it yet.`
  throw new TidemarkError('unavailable', { publicMessage, retryable: true })
}

/** Done when the task begins to answer; what it sends is read to its end all the same, and thrown away. */
async function askTask({ clock, log }: Connected, { api, job, task, wanted }: Asking, signal: AbortSignal): Promise<void> {
  const url = new URL(task.url)
  for (const [name, value] of Object.entries(wanted.parameters))
    url.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  const answer = await httpRequest({
    system: api.system,
    url: url.href,
    headers: { accept: 'application/json', ...keyAuth(task.token, task.auth) },
    limits: { headersMs: LONGEST_MS, idleMs: LONGEST_MS, totalMs: LONGEST_MS, bodyBytes: ANSWER_BYTES_MAX },
    explain: (status) => whyNotStarted(api.system, job, status),
    signal,
    clock,
  })
  readAway(answer.body).catch((error: unknown) => log.debug('the answer of a task broke off', { job, error: toInternalMessage(error) }))
}

async function readAway(body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _chunk of body);
}

function whyNotStarted(system: string, job: string, status: number): string | undefined {
  if (status === 401 || status === 403)
    return `${system} refused the token of the triggered task of ${job} (HTTP ${status}). Check tasks: ${job}; each task has a token of its own.`
  return status === 404 ? `${system} has no triggered task at the address that tasks: ${job} names (HTTP 404).` : undefined
}

/** Where its clock lags ours the task is asked again, which loads twice the same; one from before the try would be no load of what came since. */
export async function ofTry(api: RuntimesApi, job: string, { triedAt }: Pick<WantedJobRun, 'triedAt'>): Promise<Entry[]> {
  return triedAt === null ? [] : (await triggeredSince(api, job, triedAt)).filter(({ madeAt }) => madeAt !== null && madeAt >= triedAt)
}

/** The one that began first, and so ends first as a rule. What is a part of another run is none of its own. */
async function goingOn({ clock, settings }: Connected, api: RuntimesApi, job: string, { since }: WantedJobRun): Promise<Entry | undefined> {
  const invokers = [...new Set([...settings.invokers, ...TRIGGERED])]
  const all = await Array.fromAsync(api.entries({ states: GOING_WELL, since: clock.now() - KEPT_MS, job, invokers }))
  const fit = all.filter(({ madeAt, parent }) => parent === null && (since === null || madeAt === null || madeAt >= since))
  return fit.toSorted((a, b) => (a.madeAt ?? 0) - (b.madeAt ?? 0))[0]
}

async function triggeredSince(api: RuntimesApi, job: string, since: Instant): Promise<Entry[]> {
  const all = await Array.fromAsync(api.entries({ states: [...UNENDED, ...ENDED], since, job, invokers: TRIGGERED }))
  return all.filter(({ parent }) => parent === null)
}
