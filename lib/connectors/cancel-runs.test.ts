import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Session, WantedJobRun } from '#lib/connectors/kit/connector.ts'
import { beginFactoryWorld } from '#lib/testing/connectors/adf-world.ts'
import { beginAirbyteWorld } from '#lib/testing/connectors/airbyte-world.ts'
import { beginAirflowWorld } from '#lib/testing/connectors/airflow-world.ts'
import { DbtCloudWorld } from '#lib/testing/connectors/dbt-cloud-world.ts'
import { beginPrefectWorld } from '#lib/testing/connectors/prefect-world.ts'

const NOW = '2026-11-29T12:00:00Z'

interface Fault {
  kind: 'silent' | 'server-error' | 'cut-off'
}

/** A scheduler whose runs can be cancelled, and how one stands by its own words. */
interface Scheduler {
  job: string
  /** Its runs cannot be told from another by a key. */
  keepsNoKey?: true
  isCancelled: string
  ask<T>(question: (session: Session) => Promise<T>): Promise<T>
  begun(): void
  ended(): void
  stands(): unknown
  forget(): void
  forbid(): void
  /** What goes wrong with the next request that cancels. */
  fail(fault: Fault): void
  cancels(): number
  end(): Promise<void>
}

async function prefect(): Promise<Scheduler> {
  const { prefect: server, ask, end } = await beginPrefectWorld(NOW)
  server.deploy('load', 'nightly')
  const change = (type: 'RUNNING' | 'COMPLETED') => () =>
    Object.assign(server.runs[0] ?? {}, { type, name: type, end: type === 'COMPLETED' ? NOW : null })
  return {
    ...{ job: 'load/nightly', isCancelled: 'CANCELLING', ask, end, begun: change('RUNNING'), ended: change('COMPLETED') },
    stands: () => server.runs[0]?.type,
    forget: () => void server.runs.splice(0),
    forbid: () => void Object.assign(server, { mayRun: false }),
    fail: (fault) => server.failAt('/set_state', fault),
    cancels: () => server.requests.filter((line) => line.endsWith('/set_state')).length,
  }
}

async function adf(): Promise<Scheduler> {
  const { factory, ask, end } = await beginFactoryWorld(NOW)
  factory.pipeline('load')
  return {
    ...{ job: 'load', isCancelled: 'Canceling', ask, end },
    begun: () => void Object.assign(factory.runs[0] ?? {}, { status: 'InProgress', start: NOW }),
    ended: () => void Object.assign(factory.runs[0] ?? {}, { status: 'Succeeded', start: NOW, end: NOW }),
    stands: () => factory.runs[0]?.status,
    forget: () => void factory.runs.splice(0),
    forbid: () => void Object.assign(factory, { mayRun: false }),
    fail: (fault) => factory.failAt('/cancel', fault),
    cancels: () => factory.requests.filter((line) => line.endsWith('/cancel')).length,
  }
}

const airflow = (api: 'v1' | 'v2') => async (): Promise<Scheduler> => {
  const { airflow: server, ask, end } = await beginAirflowWorld(NOW, api)
  server.dag('load')
  return {
    ...{ job: 'load', isCancelled: 'failed', ask, end },
    begun: () => void Object.assign(server.runs[0] ?? {}, { state: 'running', start: NOW }),
    ended: () => void Object.assign(server.runs[0] ?? {}, { state: 'success', start: NOW, end: NOW }),
    stands: () => server.runs[0]?.state,
    forget: () => void server.runs.splice(0),
    forbid: () => void Object.assign(server, { mayRun: false }),
    fail: (fault) => server.failAt('PATCH ', fault),
    cancels: () => server.requests.filter((line) => line.startsWith('PATCH')).length,
  }
}

async function airbyte(): Promise<Scheduler> {
  const { airbyte: server, ask, end } = await beginAirbyteWorld(NOW)
  const { connectionId } = server.connect('prices')
  return {
    ...{ job: connectionId, isCancelled: 'cancelled', keepsNoKey: true, ask, end },
    begun: () => {},
    ended: () => void Object.assign(server.jobs[0] ?? {}, { status: 'succeeded' }),
    stands: () => server.jobs[0]?.status,
    forget: () => void server.jobs.splice(0),
    forbid: () => void Object.assign(server, { mayRun: false }),
    fail: (fault) => server.failAt('DELETE /jobs/1', fault),
    cancels: () => server.requests.filter((line) => line.startsWith('DELETE')).length,
  }
}

async function dbtCloud(): Promise<Scheduler> {
  const world = await DbtCloudWorld.begin(NOW)
  const { cloud } = world
  cloud.jobs.push({ job: 7, environment: 3, project: 2 })
  return {
    ...{ job: '7', isCancelled: '30', ask: world.ask.bind(world), end: () => world.end() },
    begun: () => void Object.assign(cloud.runs[0] ?? {}, { status: 3, startedAt: NOW }),
    ended: () => void Object.assign(cloud.runs[0] ?? {}, { status: 10, startedAt: NOW, finishedAt: NOW }),
    stands: () => String(cloud.runs[0]?.status),
    forget: () => void cloud.runs.splice(0),
    forbid: () => void Object.assign(cloud, { mayRunJobs: false }),
    fail: ({ kind }) => cloud.failAt('POST', { kind: kind === 'silent' ? 'started-and-silent' : kind }),
    cancels: () => cloud.requests.filter((line) => line.includes('/cancel/')).length,
  }
}

describe.each([
  ['a deployment of Prefect', prefect],
  ['a pipeline of Data Factory', adf],
  ['a DAG of Airflow 3', airflow('v2')],
  ['a DAG of Airflow 2', airflow('v1')],
  ['a connection of Airbyte', airbyte],
  ['a job of dbt Cloud', dbtCloud],
])('a run of %s', (_, begin) => {
  let system: Scheduler
  let externalId: string
  let triedAt: number | null

  beforeEach(async () => {
    system = await begin()
    triedAt = null
    const noteTry = async (mayHaveBegun: boolean) => {
      triedAt = mayHaveBegun ? Date.parse(NOW) : null
    }
    const wanted: WantedJobRun = { parameters: {}, key: 'run-1', since: null, triedAt: null, noteTry }
    const started = await system.ask(async (session) => session.start?.(system.job, wanted))
    externalId = started?.externalId ?? 'none'
    system.begun()
  })
  afterEach(() => system.end())

  const cancel = (own: { externalId?: string | null; key?: string } = {}) =>
    system.ask(async (session) => session.cancel?.(system.job, { externalId, key: 'run-1', triedAt, ...own }))

  it('is told to stop, and asking again changes nothing', async () => {
    expect(await cancel()).toEqual({ answer: 'told', externalId })
    expect(system.stands()).toBe(system.isCancelled)
    expect((await cancel())?.answer).toMatch(/told|over/)
    expect(system.cancels()).toBe(1)
  })

  it('is found by the key of its wish where nobody heard what it is called', async () => {
    expect(await cancel({ externalId: null })).toEqual({ answer: 'told', externalId })
    expect(system.stands()).toBe(system.isCancelled)
  })

  it('keeps its end where it had ended already', async () => {
    system.ended()
    const before = system.stands()
    expect(await cancel()).toEqual({ answer: 'over', externalId })
    expect(system.stands()).toBe(before)
    expect(system.cancels()).toBe(0)
  })

  it('that nobody knows is none', async () => {
    if (system.keepsNoKey !== true) expect(await cancel({ externalId: null, key: 'another' })).toEqual({ answer: 'none', externalId: null })
    system.forget()
    expect(await cancel()).toEqual({ answer: 'none', externalId: null })
    expect(await cancel({ externalId: null })).toEqual({ answer: 'none', externalId: null })
  })

  it('that we may not cancel says what right is missing, and that another try does not help', async () => {
    system.forbid()
    await expect(cancel()).rejects.toMatchObject({ retryable: false, publicMessage: expect.stringMatching(/HTTP 40[34]\)\. (Give|Let) /) })
    expect(system.stands()).not.toBe(system.isCancelled)
  })

  it.each(['server-error', 'cut-off'] as const)('is cancelled by another try where the answer was %s', async (kind) => {
    system.fail({ kind })
    await cancel().catch((error) => expect(error).toMatchObject({ retryable: true }))
    expect((await cancel())?.answer).toMatch(/told|over/)
    expect(system.stands()).toBe(system.isCancelled)
  })
})
