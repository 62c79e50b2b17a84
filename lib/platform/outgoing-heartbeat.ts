import { Agent, request } from 'undici'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Clock } from './clock.ts'
import { toPublicMessage } from './errors.ts'
import { toNetworkError } from './http/errors.ts'
import { guardedConnect } from './http/guarded-connect.ts'

export interface OutgoingHeartbeatOptions {
  /** The address now, references resolved; null: no calls. May throw; that counts as a failed beat. */
  address(): string | null | Promise<string | null>
  /** Only a healthy worker calls: silence is the alarm. */
  isHealthy(): boolean | Promise<boolean>
  everyMs: number
  timeoutMs?: number
  clock: Clock
}

interface HeartbeatState {
  beats: number
  failures: number
  okAt: Instant | null
  problem: string | null
}

interface OutgoingHeartbeat {
  /** Calls once, if healthy; never throws. True: it was received. */
  beat(signal?: AbortSignal): Promise<boolean>
  run(signal: AbortSignal): Promise<void>
  state(): HeartbeatState
}

const TIMEOUT_MS = 10_000
const ANSWER_BYTES = 64 * 1024
const dispatcher = new Agent({ connect: guardedConnect(TIMEOUT_MS) })

async function call(url: string, signal: AbortSignal): Promise<string | null> {
  try {
    const answer = await request(url, { dispatcher, method: 'GET', headers: { 'user-agent': 'Tidemark' }, signal })
    await answer.body.dump({ limit: ANSWER_BYTES }).catch(() => {})
    return answer.statusCode >= 200 && answer.statusCode < 300 ? null : `The heartbeat address answered ${answer.statusCode}.`
  } catch (error) {
    if (signal.aborted) return 'The heartbeat address did not answer in time.'
    return toNetworkError('The heartbeat address', error, false).publicMessage
  }
}

/** Calls an outside watcher, which notices when the worker dies and cannot say so itself. */
export function createOutgoingHeartbeat(options: OutgoingHeartbeatOptions): OutgoingHeartbeat {
  const state: HeartbeatState = { beats: 0, failures: 0, okAt: null, problem: null }
  async function beat(signal: AbortSignal = new AbortController().signal): Promise<boolean> {
    try {
      const address = (await options.isHealthy()) ? await options.address() : null
      if (address === null) return false
      state.beats += 1
      state.problem = await call(address, AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)]))
    } catch (error) {
      state.problem = toPublicMessage(error)
    }
    const heard = state.problem === null
    state.failures = heard ? 0 : state.failures + 1
    if (heard) state.okAt = options.clock.now()
    return heard
  }
  return {
    beat,
    async run(signal) {
      while (!signal.aborted) {
        await beat(signal)
        await options.clock.sleep(options.everyMs, signal)
      }
    },
    state: () => ({ ...state }),
  }
}
