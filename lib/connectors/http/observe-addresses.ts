import type { Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { failedLook } from '#lib/connectors/kit/probe-rows.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Connected } from './ask.ts'
import { observeAddress } from './observe-address.ts'

/** Answers that a gateway may give for what lies behind one of its addresses, and a server for one of its doors. */
const OF_ONE_ADDRESS: readonly (number | undefined)[] = [401, 502, 503]
/** When so many addresses got such an answer and none a better one, it is the system's. */
const WITHOUT_ANSWER_MAX = 20

/**
 * Looks at each address. An address that refuses us, or a dead server behind it, is that address's own as soon as any other address
 * answers; when none does, the connection is out of reach.
 */
export async function* observeAddresses(connection: Connected, assets: readonly ObservedAsset[]): AsyncGenerator<Observation> {
  const held: { key: string; error: unknown }[] = []
  let hasAnswered = false
  for (const asset of assets) {
    try {
      const seen = await observeAddress(connection, asset)
      hasAnswered = true
      yield* held.splice(0).map(({ key, error }) => failedLook(key, error))
      yield seen
    } catch (error) {
      if (connection.signal.aborted || !isTidemarkError(error) || !OF_ONE_ADDRESS.includes(error.status)) throw error
      if (hasAnswered) yield failedLook(asset.key, error)
      else if (held.push({ key: asset.key, error }) >= WITHOUT_ANSWER_MAX) throw error
    }
  }
  const [first] = held
  if (first !== undefined) throw first.error
}
