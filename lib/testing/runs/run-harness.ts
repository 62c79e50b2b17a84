import { z } from 'zod'
import { defineFlow, type Flow, type FlowContext, type FlowResult } from '#lib/engine/flow.ts'
import type { FlowInbox } from '#lib/engine/inbox/flow-inbox.ts'
import type { Lake } from '#lib/engine/lake/lake.ts'
import { type FlowEffects, runFlow } from '#lib/engine/run/run-flow.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { MemoryLedger } from './memory-ledger.ts'

export const START = Date.parse('2026-03-01T07:00:00Z')
export const HOUR = 3_600_000
const parameters = z.object({ terms: z.array(z.string()).default([]) })
type Parameters = z.infer<typeof parameters>
export const result: FlowResult = { rowsLoaded: 2, rowsSeen: 10, summary: { terms: 1 } }

function aFlow(run: (ctx: FlowContext<Parameters>) => Promise<FlowResult>): Flow<Parameters> {
  return defineFlow({
    schedule: '0 2 * * *',
    timezone: 'America/New_York',
    reads: [],
    writes: [],
    connections: ['source'],
    parameters,
    timeoutMs: HOUR,
    run,
  })
}

/** The real engine around a flow, with nothing outside but memory and a clock that is advanced by hand. */
export function runHarness(
  options: {
    stored?: Record<string, unknown>
    lake?: (lake: Lake) => Promise<Lake>
    inbox?: FlowInbox
    flow?: Partial<Flow<Parameters>>
  } = {},
) {
  const clock = new FakeClock(START)
  const ledger = new MemoryLedger(options.stored)
  const control = new AbortController()
  const closed: string[] = []
  const lake: Lake = {
    applySchema: async () => {},
    once: () => Promise.reject(new Error('no lake here')),
    query: async () => [],
    copyIn: async () => 0,
    load: () => Promise.reject(new Error('no lake here')),
    beginLoad: () => Promise.reject(new Error('no lake here')),
    close: async () => void closed.push('lake'),
  }
  const extracted: unknown[] = []
  const delivered: unknown[] = []
  const built: unknown[] = []
  const effects: FlowEffects = {
    clock,
    random: () => 1,
    log: silentLog,
    ledger,
    openLake: () => options.lake?.(lake) ?? Promise.resolve(lake),
    async *extract(connection, request) {
      extracted.push([connection, request])
      yield* [1, 2, 3]
    },
    async deliver(connection, { path }) {
      delivered.push([connection, path])
      return { detail: 'delivered' }
    },
    openFile: () => Promise.reject(new Error('no files here')),
    copyFile: () => Promise.reject(new Error('no files here')),
    write: () => Promise.reject(new Error('no rows here')),
    ...(options.inbox && { inbox: options.inbox }),
    async buildIndex(connection, { alias }, signal) {
      built.push([connection, alias, signal])
      throw new Error('no index here')
    },
    signal: control.signal,
  }
  const start = (run: (ctx: FlowContext<Parameters>) => Promise<FlowResult>, more: { parameters?: unknown; attempt?: number } = {}) =>
    runFlow(
      {
        runId: 'run-1',
        attempt: 1,
        scheduledFor: START,
        parameters: {},
        timeoutMs: HOUR,
        flow: { ...aFlow(run), ...options.flow },
        ...more,
      },
      effects,
    )
  return { clock, ledger, control, closed, extracted, delivered, built, start }
}
