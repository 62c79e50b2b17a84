import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { secretSource } from '#lib/platform/secrets/secrets.ts'
import { termsCatalogue } from '#lib/testing/catalogues/scenario-catalogue.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'
import { probeOnce } from './watch-secrets.ts'

let harness: ScenarioHarness
let folder: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-watch-'))
  harness = await ScenarioHarness.open('2026-11-19T12:00:00Z', { idle: true })
  await harness.declare(termsCatalogue())
})
afterEach(async () => {
  await harness.close()
  rmSync(folder, { recursive: true })
})

/** A worker whose PeopleSoft password stands in a .env file; everything else it knows by itself. */
function workerWith(password: string) {
  const envFile = join(folder, '.env')
  const write = (text: string) => writeFileSync(envFile, `PEOPLESOFT_PASSWORD=${text}\n`)
  write(password)
  const own = (name: string) => (name === 'PEOPLESOFT_PASSWORD' ? undefined : harness.variables.get(name))
  const source = secretSource({ envFile, environment: () => undefined, own })
  return { write, worker: harness.addWorker(source) }
}

const peoplesoft = async () => (await harness.rows<Record<string, unknown>>("select * from connection_state where key = 'peoplesoft'"))[0]
const lastRun = async () =>
  (await harness.rows("select state, problem from run where trigger = 'manual' order by created_at desc limit 1"))[0]

describe('a password in .env', () => {
  it('that is changed while the worker runs is used by the next run', async () => {
    const right = harness.campus.credentials.password
    const { write } = workerWith('yesterday')
    await harness.reload('term')
    expect(await lastRun()).toMatchObject({ state: 'failed', problem: expect.stringContaining('PeopleSoft') })
    expect(await peoplesoft()).toMatchObject({ check_ok: false })
    write(right)
    await harness.reload('term')
    expect(await lastRun()).toEqual({ state: 'completed', problem: null })
  })

  it('is noticed when it changes: its connection is checked, and only that one', async () => {
    const { write, worker } = workerWith('yesterday')
    await harness.step()
    expect(await peoplesoft()).toMatchObject({
      check_ok: false,
      secrets: expect.arrayContaining([expect.objectContaining({ setIn: 'env-file' })]),
    })
    const before = await probeOnce(worker.services, null)
    const again = await probeOnce(worker.services, before)
    expect(await harness.rows('select key from connection_state where check_requested_at is not null')).toEqual([])

    write(harness.campus.credentials.password)
    harness.clock.set('2026-11-19T13:00:00Z')
    await probeOnce(worker.services, again)
    expect(await harness.rows('select key from connection_state where check_requested_at is not null')).toEqual([{ key: 'peoplesoft' }])
    await harness.step()
    const changedAt = harness.clock.now()
    expect(await peoplesoft()).toMatchObject({
      check_ok: true,
      check_detail: 'Signed in as DEMO; the query service answers.',
      secrets: expect.arrayContaining([expect.objectContaining({ name: 'PEOPLESOFT_PASSWORD', changedAt })]),
    })
  })
})
