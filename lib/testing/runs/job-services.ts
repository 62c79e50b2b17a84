import { z } from 'zod'
import type { JobServices } from '#jobs/worker/job-kind.ts'
import { RunHolder } from '#jobs/worker/run-holder.ts'
import type { Connection, Connector, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import type { Context } from '#lib/db/context.ts'
import { ProbeTurns } from '#lib/domain/connections/probe-turns.ts'
import { defineFlow, type Flow, type FlowContext, type FlowResult } from '#lib/engine/flow.ts'
import { testConnectorOf } from '#lib/testing/connectors/test-connector.ts'

export function testServices(ctx: Context, more: Partial<JobServices> = {}): JobServices {
  return {
    ctx,
    workerId: 'test/1/1',
    flows: new Map<string, Flow>(),
    connectors: new Map<string, Connector>(),
    notifiers: new Map(),
    lakeUrl: undefined,
    config: 'none.yaml',
    lookup: () => undefined,
    placeOf: () => 'env-file',
    fingerprintKey: 'a key for tests, of at least 32 characters',
    random: () => 0.5,
    runs: new RunHolder(),
    probeTurns: new ProbeTurns(),
    signal: new AbortController().signal,
    ...more,
  }
}

const testSettings = z.object({ address: z.string() })

type TestConnection = Connection<z.infer<typeof testSettings>>

export function testConnector(
  observe: (connection: TestConnection, assets: readonly ObservedAsset[]) => AsyncIterable<Observation>,
): Map<string, Connector> {
  const connector = testConnectorOf(testSettings, (connection) => ({ observe: (assets) => observe(connection, assets) }))
  return new Map([['test', connector]])
}

export function testFlow(run: (ctx: FlowContext<unknown>) => Promise<FlowResult>): Map<string, Flow> {
  const flow = defineFlow({
    schedule: '0 2 * * *',
    timezone: 'America/New_York',
    reads: [],
    writes: [],
    connections: [],
    parameters: z.unknown(),
    timeoutMs: 3_600_000,
    run,
  })
  return new Map<string, Flow>([['course', flow]])
}
