import { expect, it } from 'vitest'
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

interface Place {
  ask<T>(question: (session: Session) => Promise<T>): Promise<T>
  warned: readonly unknown[]
  end(): Promise<void>
}

/** Systems in which one run tells a time that is none, and another, made before, is good. */
const SYSTEMS: Record<string, () => Promise<Place>> = {
  async adf() {
    const world = await beginFactoryWorld(NOW)
    for (const start of [TEN, BAD]) world.factory.ran('load', TEN, { start })
    return world
  },
  async airflow() {
    const world = await beginAirflowWorld(NOW, 'v2')
    for (const runAfter of [TEN, BAD]) world.airflow.ran('load', TEN, { id: `after ${runAfter}`, runAfter })
    return world
  },
  async airbyte() {
    const world = await beginAirbyteWorld(NOW)
    const sync = world.airbyte.connect('prices')
    for (const startTime of [TEN, BAD]) world.airbyte.ran(sync, TEN, { startTime })
    return world
  },
  async prefect() {
    const world = await beginPrefectWorld(NOW)
    const deployment = world.prefect.deploy('load', 'nightly')
    for (const start of [TEN, BAD]) world.prefect.ran(deployment, TEN, { start })
    return world
  },
  async tableau() {
    const world = await beginTableauWorld(NOW)
    const source = world.tableau.source('prices', TEN)
    for (const endedAt of [TEN, BAD]) world.tableau.ran(source, TEN, { endedAt })
    world.tableau.ran(source, TEN, { startedAt: BAD })
    return world
  },
  async snaplogic() {
    const world = await beginRuntimesWorld(NOW)
    for (const state_timestamp of [TEN, BAD]) world.snaplogic.ran('load', TEN, { state_timestamp })
    world.snaplogic.ran('load', TEN, { create_time: BAD })
    return world
  },
}

const runsOf = ({ ask }: Pick<Place, 'ask'>) =>
  ask(async (session) => Array.fromAsync<ExternalRun>(session.runs?.(Date.parse('2026-11-29T09:00:00Z')) ?? []))

it.each(Object.entries(SYSTEMS))(
  'of the runs of %s one whose time cannot be read is left out with a warning, the others are told',
  async (_, begin) => {
    const world = await begin()
    try {
      expect(await runsOf(world)).toMatchObject([{ state: 'completed', endedAt: Date.parse(TEN) }])
      expect(world.warned.length).toBeGreaterThan(0)
    } finally {
      await world.end()
    }
  },
)

it('and of the runs of dbt Cloud', async () => {
  const world = await DbtCloudWorld.begin(NOW)
  try {
    world.ran(100, TEN, shopFiles(TEN))
    world.ran(101, TEN, shopFiles(TEN), { finishedAt: BAD })
    const ask: Place['ask'] = (question) => world.ask(question)
    expect(await runsOf({ ask })).toMatchObject([{ externalId: '100', endedAt: Date.parse(TEN) }])
  } finally {
    await world.end()
  }
})
