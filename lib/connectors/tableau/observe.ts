import { gone } from '#lib/connectors/kit/answer.ts'
import type { Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { lastLoaded, type Probe, probeEach, reachable } from '#lib/connectors/kit/probe.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { TableauApi } from './api.ts'
import type { LoadedAt } from './extract-times.ts'
import { JOBS_DAYS, Round } from './round.ts'
import { CALLED, type Connected, pathOf, subjectOf, type Target, tableauAssetSettings } from './settings.ts'
import type { Content } from './shapes.ts'

const AT_ONCE = 4
const NO_TIME = 'It is there. It has no extract of its own, and when somebody edited it says nothing of its data.'

/** Looks when extracts were refreshed last; views, and what asks its data live, are only there or not. */
export async function* observeTableau(
  connection: Connected,
  api: TableauApi,
  assets: readonly ObservedAsset[],
): AsyncGenerator<Observation> {
  const round = new Round(connection, api)
  await round.load(assets)
  yield* probeEach(connection, assets, (asset) => probe({ api, round }, asset), AT_ONCE)
}

interface Around {
  api: TableauApi
  round: Round
}

async function probe(around: Around, { path, settings }: ObservedAsset): Promise<Probe> {
  const { api } = around
  const subject = subjectOf(path)
  if (subject === null) throw gone(`${api.system} has nothing at ${path}.`)
  const { kind, id, view } = subject
  const content = await api.listed(kind, id)
  if (content === undefined) throw gone(`${api.system} does not list the ${CALLED[kind]} ${id}: there is none, or not to us.`)
  if (view !== null) {
    if (!(await api.ids('views')).has(view)) throw gone(`${api.system} does not list the view ${view}: there is none, or not to us.`)
    return reachable(NO_TIME)
  }
  const { live } = tableauAssetSettings.parse(settings)
  return live === true ? ofLive(content) : ofExtract(around, subject, content)
}

function ofLive({ hasExtracts }: Content): Probe {
  const warning = 'It has an extract by now, which may be older than what it is made from. Leave "live" out, and its refresh is judged.'
  return { ...reachable(NO_TIME), warnings: hasExtracts === true ? [warning] : [] }
}

async function ofExtract({ api, round }: Around, target: Target, content: Content): Promise<Probe> {
  const { name } = content
  const extracts = round.extracts(target, name)
  if (extracts === null) return byJobs({ api, round }, target, content)
  if (extracts.length === 0) return untold(`${name} ${whyLive(api, target)}`)
  const known = extracts.filter((one) => one !== null)
  if (known.length < extracts.length)
    return untold(`${api.system} tells no refresh of ${extracts.length === 1 ? 'the extract' : 'an extract'} of ${name} yet.`)
  const oldest = known.reduce((a, b) => (b.at < a.at ? b : a))
  const strength = known.some(({ isMade }) => isMade) ? 'weak' : 'strong'
  return refreshed(oldest.at, detailOf(known, oldest), strength, round.troublesOf(target))
}

function whyLive({ system }: TableauApi, target: Target): string {
  const live = target.kind === 'datasources' ? 'asks its database live' : 'has no extract of its own'
  return `${live} in ${system}, so there is no refresh of it. Write "live: true" under ${pathOf(target)}: it is as fresh as what it is made from.`
}

function detailOf(all: readonly LoadedAt[], { isMade }: LoadedAt): string {
  const what = all.length === 1 ? 'its extract' : `the oldest of its ${all.length} extracts`
  return isMade ? `When ${what} was made; no refresh of it is told.` : `When ${what} was last refreshed.`
}

/** Where the metadata are not to be had. */
async function byJobs({ api, round }: Around, target: Target, content: Content): Promise<Probe> {
  if (content.hasExtracts === false) return untold(`${content.name} ${whyLive(api, target)}`)
  const at = await round.lastRefresh(target, content)
  if (at === null)
    return untold(
      `${api.system} lists no refresh of ${content.name} that succeeded in ${JOBS_DAYS} days. ${round.metadata.absence ?? ''}`.trim(),
    )
  return refreshed(at, 'The end of its last refresh that succeeded.', 'strong', round.troublesOf(target))
}

function untold(words: string): Probe {
  return { ...reachable(''), untold: words }
}

function refreshed(at: Instant, detail: string, strength: 'strong' | 'weak', warnings: string[]): Probe {
  return lastLoaded(at, { method: 'refresh', strength, detail }, undefined, warnings)
}
