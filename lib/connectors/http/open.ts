import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Observation, ObservedAsset, Session } from '#lib/connectors/kit/connector.ts'
import { failedProbe, type Probe, probeAsset } from '#lib/connectors/kit/probe.ts'
import { forQuestion } from '#lib/connectors/kit/session.ts'
import { hasToldClocks } from '#lib/connectors/kit/told-clocks.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { addressOf, ask, type Connected } from './ask.ts'
import { deliverBody } from './deliver-body.ts'
import { probeAddress } from './probe-address.ts'
import { readPages } from './read-pages.ts'
import { type HttpSettings, httpAssetSettings } from './settings.ts'
import { tellClocks } from './told-clocks.ts'

/** A gateway may give these answers for what lies behind one of its addresses. */
const OF_ONE_ADDRESS: readonly (number | undefined)[] = [401, 502, 503]
/** When so many addresses got such an answer and none a better one, it is the system's. */
const WITHOUT_ANSWER_MAX = 20

/** So many addresses may wait at a time until they are asked again. */
const WAITING_MAX = 8

/** What the catalogue names is read; else what the answer says of its age, or whether it changed. `onWait`: it is asked again in a few seconds. */
function lookAt(connection: Connected, asset: ObservedAsset, onWait: () => void): Promise<Probe> {
  const told = httpAssetSettings.parse(asset.settings)
  return hasToldClocks(told) ? tellClocks(connection, asset, told, onWait) : probeAddress(connection, asset)
}

type Looked = { key: string } & ({ seen: Observation } | { error: unknown })

/** Looks at one address after the other; while some wait until they are asked again, the next are looked at. An error is told after what came before it. */
async function* lookAtEach(connection: Connected, assets: readonly ObservedAsset[]): AsyncGenerator<Looked> {
  const waiting = new Set<Promise<void>>()
  const done: Looked[] = []
  for (const asset of assets) {
    const { key } = asset
    const { promise: waits, resolve: onWait } = Promise.withResolvers<null>()
    const looked = probeAsset(connection, asset, () => lookAt(connection, asset, () => onWait(null))).then(
      (seen): Looked => ({ key, seen }),
      (error: unknown): Looked => ({ key, error }),
    )
    const first = await Promise.race([looked, waits])
    if (first === null) {
      const ended = looked.then((one) => {
        done.push(one)
        waiting.delete(ended)
      })
      waiting.add(ended)
      if (waiting.size >= WAITING_MAX) await Promise.race(waiting)
    } else if ('error' in first) await Promise.all(waiting)
    yield* done.splice(0)
    if (first !== null) yield first
  }
  await Promise.all(waiting)
  yield* done
}

/** An answer of `OF_ONE_ADDRESS` is about that address alone where another one answered well, and about the whole connection where none did. */
async function* observeAddresses(connection: Connected, assets: readonly ObservedAsset[]): AsyncGenerator<Observation> {
  const held: { key: string; error: unknown }[] = []
  let hasAnswered = false
  for await (const looked of lookAtEach(connection, assets)) {
    if ('seen' in looked) {
      hasAnswered = true
      yield* held.splice(0).map(({ key, error }) => failedProbe(key, error))
      yield looked.seen
      continue
    }
    const { key, error } = looked
    if (connection.signal.aborted || !isTidemarkError(error) || !OF_ONE_ADDRESS.includes(error.status)) throw error
    if (hasAnswered) yield failedProbe(key, error)
    else if (held.push(looked) >= WITHOUT_ANSWER_MAX) throw error
  }
  const [first] = held
  if (first !== undefined) throw first.error
}

async function getIn(connection: Connected): Promise<string> {
  const { auth, checkPath } = connection.settings
  try {
    const answer = await ask(connection, addressOf(connection, checkPath))
    for await (const _piece of answer.body) break
    return `The server answers. ${auth === 'none' ? 'No credentials are set.' : 'It accepts our credentials.'}`
  } catch (error) {
    if (checkPath !== '' || !isTidemarkError(error) || error.code !== 'not-found') throw error
    return 'The server answers, but not at its base address; set checkPath to something it has, so that the credentials are tried too.'
  }
}

/** A session of `http`, with all that it asks by. */
export function openHttp(connection: Connection<HttpSettings>): Session {
  return {
    check: () => checked(connection, () => getIn(connection)),
    observe: (assets) => observeAddresses(connection, assets),
    extract: (request, signal) => readPages(forQuestion(connection, signal), request),
    deliver: (delivery, signal) => deliverBody(forQuestion(connection, signal), delivery),
  }
}
