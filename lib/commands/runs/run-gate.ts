import { loadBrokenReads, loadUnseenReads } from '#lib/db/catalogue/asset-contracts.ts'
import { loadUnreadContracts, type UnreadContract } from '#lib/db/catalogue/contract-addresses.ts'
import type { Sql } from '#lib/db/context.ts'
import { loadPausedFlows } from '#lib/db/history/windows.ts'
import type { FlowRow } from '#lib/db/runs/flows.ts'
import { isFlowBusy, listRunsSince, type Run } from '#lib/db/runs/runs.ts'
import { upstreamTick, WAITS_FOR_OWN_FLOW, waitsForUpstream } from '#lib/domain/runs/run-plan.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { listInWords } from '#lib/domain/wording/lists.ts'

/** What keeps a due run from being taken, in words; null when nothing does. */
export interface Gate {
  words: string
  /** Whether it waits for another flow, which its own timeout bounds. */
  upstream: boolean
  /** There when it waits for nothing but contracts: connections that are to be looked into first. */
  lookInto?: string[]
}

/** A run waits so long for a look at what it requires a contract about. */
const LOOK_MAX_MS = 2 * MINUTE_MS

/** Looks whether a due run may start now. A run that has begun before, or that goes on in another system, only waits for its own flow. */
export async function gateOf(sql: Sql, run: Run, flows: ReadonlyMap<string, FlowRow>, now: Instant): Promise<Gate | null> {
  const hasBegun = run.attempt > 0 || run.trigger === 'elsewhere'
  if (!hasBegun && run.trigger !== 'manual' && (await loadPausedFlows(sql, now)).has(run.flow)) {
    return { words: 'Waits for its flow to go on: it is paused.', upstream: false }
  }
  if (await isFlowBusy(sql, run)) return { words: WAITS_FOR_OWN_FLOW, upstream: false }
  if (hasBegun) return null
  const words = run.trigger === 'schedule' ? await waitingWords(sql, run, flows, now) : []
  if (words.length > 0) return { words: words.join(' '), upstream: true }
  return flows.get(run.flow)?.requires === 'contract' ? gateOfContracts(sql, run, now) : null
}

/** Contracts that are broken, or that nobody has compared since the run waits for nothing else: what is there may be otherwise by now. */
async function gateOfContracts(sql: Sql, { flow, lookFrom }: Run, now: Instant): Promise<Gate | null> {
  const broken = await loadBrokenReads(sql, flow)
  if (broken.length > 0) return { words: contractsInWords(broken), upstream: true, lookInto: [] }
  const unread = await loadUnreadContracts(sql, flow)
  if (unread.length > 0) return { words: unreadInWords(unread), upstream: true, lookInto: [] }
  const since = lookFrom ?? now
  const unseen = now - since < LOOK_MAX_MS ? await loadUnseenReads(sql, flow, since, now) : []
  if (unseen.length === 0) return null
  const keys = listInWords(unseen.map(({ key }) => key))
  const lookInto = unseen.flatMap(({ connection, isAsked }) => (isAsked ? [] : [connection]))
  return { words: `Waits for a look at the columns of ${keys}.`, upstream: false, lookInto }
}

/** Readers of the run need not see all that an address tells of: what is wrong with that says the page of the asset. */
function unreadInWords(unread: readonly UnreadContract[]): string {
  const words = unread.map(({ key, problem, isBad }) => {
    const why = isBad ? 'what that says cannot be used' : problem
    return `Waits for the contract about ${key}, which has never been read from its address${why === null ? '' : `: ${why}`}`
  })
  return words.map((one) => (one.endsWith('.') ? one : `${one}.`)).join(' ')
}

function contractsInWords(broken: readonly { key: string; words: string }[]): string {
  return broken.map(({ key, words }) => `Waits for the contract about ${key} to be kept again: ${words}.`).join(' ')
}

async function waitingWords(sql: Sql, run: Run, flows: ReadonlyMap<string, FlowRow>, now: Instant): Promise<string[]> {
  const own = flows.get(run.flow)
  if (!own?.schedule) return []
  const words: string[] = []
  for (const name of own.after) {
    const upstream = flows.get(name)?.schedule
    const tick = upstream ? upstreamTick(own.schedule, upstream, run.scheduledFor) : null
    const waits = tick === null ? null : waitsForUpstream(name, await listRunsSince(sql, name, tick, now))
    if (waits !== null) words.push(waits)
  }
  return words
}
