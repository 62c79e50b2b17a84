import { canBeTold } from '#lib/connectors/kit/moment.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { PrefectApi } from './api.ts'
import { ENDED, externalRun, isUnderWay, UNENDED } from './flow-run.ts'
import type { Connected } from './settings.ts'

/** All runs of deployments that are under way, then those that ended since: one that ends in between is among these. */
export async function* listRuns(connection: Connected, api: PrefectApi, since: Instant): AsyncGenerator<ExternalRun> {
  const { settings, clock } = connection
  const deployments = await api.deployments()
  const now = clock.now()
  const soon = new Date(now + HOUR_MS).toISOString()
  const ofDeployments = { deployment_id: { is_null_: false } }
  const lists = [
    api.runs({ ...ofDeployments, state: { type: { any_: UNENDED } }, expected_start_time: { before_: soon } }, 'ID_DESC'),
    api.runs({ ...ofDeployments, state: { type: { any_: ENDED } }, end_time: { after_: new Date(since).toISOString() } }, 'END_TIME_DESC'),
  ]
  for (const list of lists) {
    for await (const run of list) {
      const deployment = deployments.get(run.deployment_id ?? '')
      if (deployment === undefined || !(ENDED.includes(run.state_type ?? '') || isUnderWay(run, now))) continue
      const told = externalRun(run, deployment, settings.url)
      if (told !== null && (await canBeTold(connection, run, told))) yield told
    }
  }
}
