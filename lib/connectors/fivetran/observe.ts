import type { Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { lastLoaded, type Probe, probeEach } from '#lib/connectors/kit/probe.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import type { FivetranApi } from './api.ts'
import type { Connected } from './settings.ts'
import type { Sync } from './shapes.ts'

/** Looks when a sync of each connection last succeeded. */
export async function* observeSyncs(
  connection: Connected,
  api: FivetranApi,
  assets: readonly ObservedAsset[],
): AsyncGenerator<Observation> {
  // What nobody gets in for fails as a whole, whichever asset is the first.
  await api.ids()
  yield* probeEach(connection, assets, async ({ path }) => probe(await api.sync(path), api.system))
}

function probe(sync: Sync, system: string): Probe {
  const { id, succeeded_at: at } = sync
  const detail = `The end of the last sync of ${id} that succeeded.`
  const untold = `No sync of ${id} has succeeded in ${system} yet.${whatIsWrong(sync)}`
  return lastLoaded(at, { method: 'run', strength: 'strong', detail }, untold, warningsOf(sync))
}

function warningsOf(sync: Sync): string[] {
  const { paused, status } = sync
  const wrong = whatIsWrong(sync).trim()
  return [
    ...(wrong === '' ? [] : [wrong]),
    // A paused one still says that it is on schedule.
    ...(paused === true || status.sync_state === 'paused' ? ['It is paused in Fivetran: no sync begins.'] : []),
    ...(status.sync_state === 'rescheduled' ? ['Fivetran has put its sync off.'] : []),
    ...(status.update_state === 'delayed' ? ['Fivetran says that it is delayed.'] : []),
    ...(status.is_historical_sync === true ? ['Its whole history is being loaded; until that is over no sync counts.'] : []),
  ]
}

/** With the codes of what is to be mended; messages name accounts and files. */
function whatIsWrong({ status: { setup_state: setup, tasks } }: Sync): string {
  if (setup !== 'broken' && setup !== 'incomplete') return ''
  const codes = foreignWords((tasks ?? []).flatMap(({ code }) => code ?? []).join(', '))
  return ` Its setup is ${setup}${codes === '' ? '' : ` (${codes})`}.`
}
