import { afterEach, describe, expect, it } from 'vitest'
import type { Session } from '#lib/connectors/kit/connector.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { beginFactoryWorld } from '#lib/testing/connectors/adf-world.ts'
import { beginAirbyteWorld } from '#lib/testing/connectors/airbyte-world.ts'
import { beginAirflowWorld } from '#lib/testing/connectors/airflow-world.ts'
import { shopFiles } from '#lib/testing/connectors/dbt-artifacts.ts'
import { DbtCloudWorld } from '#lib/testing/connectors/dbt-cloud-world.ts'
import { beginPrefectWorld } from '#lib/testing/connectors/prefect-world.ts'
import { beginRuntimesWorld } from '#lib/testing/connectors/snaplogic-runtimes-world.ts'
import { beginTableauWorld } from '#lib/testing/connectors/tableau-world.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00Z'
const BAD = 'a while ago'

interface Times {
  start?: string
  end?: string
}

interface Place {
  ask<T>(question: (session: Session) => Promise<T>): Promise<T>
  ran(times: Times): void
  end(): Promise<void>
}

/** Systems whose runs have these times, and succeeded at ten but for that. */
const SYSTEMS: Record<string, () => Promise<Place>> = {
  async adf() {
    const world = await beginFactoryWorld(NOW)
    return { ...world, ran: (times) => world.factory.ran('load', TEN, times) }
  },
  async airflow() {
    const world = await beginAirflowWorld(NOW, 'v2')
    return { ...world, ran: (times) => world.airflow.ran('load', TEN, { id: JSON.stringify(times), ...times }) }
  },
  async airbyte() {
    const world = await beginAirbyteWorld(NOW)
    const sync = world.airbyte.connect('prices')
    return { ...world, ran: ({ start = TEN, end = TEN }) => world.airbyte.ran(sync, TEN, { startTime: start, lastUpdatedAt: end }) }
  },
  async prefect() {
    const world = await beginPrefectWorld(NOW)
    const deployment = world.prefect.deploy('load', 'nightly')
    return { ...world, ran: (times) => world.prefect.ran(deployment, TEN, times) }
  },
  async tableau() {
    const world = await beginTableauWorld(NOW)
    const source = world.tableau.source('prices', TEN)
    return { ...world, ran: ({ start = TEN, end = TEN }) => world.tableau.ran(source, TEN, { startedAt: start, endedAt: end }) }
  },
  async snaplogic() {
    const world = await beginRuntimesWorld(NOW)
    world.snaplogic.heedsFilters = false
    const ran = ({ start = TEN, end = TEN }) => world.snaplogic.ran('load', TEN, { create_time: start, state_timestamp: end })
    return { ...world, ran }
  },
  async dbt() {
    const world = await DbtCloudWorld.begin(NOW)
    const ran = ({ start: startedAt = TEN, end: finishedAt = TEN }) =>
      world.ran(100 + world.cloud.runs.length, TEN, shopFiles(TEN), { startedAt, finishedAt })
    return { ask: (question) => world.ask(question), ran, end: () => world.end() }
  },
}

let end = async () => {}
afterEach(() => end())

describe.each(Object.entries(SYSTEMS))('a run of %s of which a time cannot be read', (_, begin) => {
  it('hides no other, and is not told as if it had ended now', async () => {
    const place = await begin()
    end = place.end
    for (const times of [{ end: BAD }, {}, { start: BAD }]) place.ran(times)
    const runs = await place.ask(async (session) => Array.fromAsync<ExternalRun>(session.runs?.(Date.parse('2026-11-29T09:00:00Z')) ?? []))
    const told = runs.map(({ state, startedAt, endedAt }) => ({ state, startedAt, endedAt }))
    const good = { state: 'completed', startedAt: Date.parse(TEN), endedAt: Date.parse(TEN) }
    expect(told).toHaveLength(2)
    expect(told).toEqual(expect.arrayContaining([good, { ...good, startedAt: null }]))
  })
})
