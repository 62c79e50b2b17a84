import { gone } from '#lib/connectors/kit/answer.ts'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import { startOnce } from '#lib/connectors/kit/starting/start-once.ts'
import { type ExternalRun, isOver } from '#lib/domain/runs/external-run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { RedashApi } from './api.ts'
import { begunRefresh, madeResult } from './refresh-run.ts'
import { type Connected, subjectOf } from './settings.ts'
import type { Query } from './shapes.ts'

/**
 * The refresh of a query that does what is wanted. Redash takes no key, and answers whoever asks for a refresh of what is being refreshed with that same one:
 * so it may be asked again where nobody knows whether it has begun, unless there is a result of since then.
 */
export async function startRefresh(connection: Connected, api: RedashApi, job: string, wanted: WantedJobRun): Promise<ExternalRun> {
  const query = await requireRefreshable(api, job, wanted)
  const { triedAt } = wanted
  if (triedAt !== null && query.at !== null && query.at > triedAt) return madeResult(api, query, query.at)
  const known = (await connection.knownRuns?.(connection.clock.now(), [])) ?? []
  const goesOn = known.find((run) => run.job === job && !isOver(run.state))
  if (goesOn?.startedAt != null && isTooEarly(goesOn.startedAt, wanted)) throw tooEarly(api, query)
  const begun = await startOnce(connection, {
    ...{ system: api.system, called: `the refresh of ${query.name}`, wanted },
    start: () => api.refresh(query),
    find: () => api.refresh(query),
  })
  const run = begunRefresh(api, query, begun, connection.clock.now())
  // Ours would wait for a worker: somebody else's has begun before.
  if (run.state !== 'running' || wanted.since === null || triedAt !== null || goesOn !== undefined) return run
  await wanted.noteTry(false)
  throw tooEarly(api, query)
}

async function requireRefreshable(api: RedashApi, job: string, { parameters }: WantedJobRun): Promise<Query> {
  const refuse = (publicMessage: string) => new TidemarkError('invalid', { publicMessage })
  const subject = subjectOf(job)
  if (subject?.kind !== 'queries') {
    const why = subject === null ? 'there is no such job' : 'a dashboard is refreshed by the queries that it shows'
    throw refuse(`${api.system} cannot be asked to run ${job}: ${why}. Name the job of a query, such as queries/7.`)
  }
  if (Object.keys(parameters).length > 0) throw refuse(`Queries of ${api.system} take no parameters from here.`)
  const query = await api.query(subject.id)
  if (query === undefined || query.isArchived)
    throw gone(`${api.system} does not list the query ${subject.id}: there is none, it is archived, or somebody else's draft.`)
  if (query.hasParameters) throw refuse(`${query.name} asks for parameters in ${api.system}, so it is refreshed there alone.`)
  return query
}

const isTooEarly = (startedAt: number, { since }: WantedJobRun) => since !== null && startedAt < since

function tooEarly(api: RedashApi, query: Query): TidemarkError {
  const publicMessage = `A refresh of ${query.name} goes on in ${api.system} that may have begun too early; another begins once it has ended.`
  return new TidemarkError('unavailable', { publicMessage, retryable: true })
}
