import { performance } from 'node:perf_hooks'
import type { Catalogue } from '#lib/catalogue/catalogue.ts'
import { recordObservations } from '#lib/commands/probes/record-observations.ts'
import type { Context } from '#lib/db/context.ts'
import type { Person } from '#lib/db/people/people.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { addPerson, cookieOf } from '#lib/testing/database/people.ts'
import { GROUPS } from './big-catalogue.ts'

const AUDIENCES = 8
const PROGRESS_MS = 250
const LOADS_EVERY = 4
const RUN = '00000000-0000-4000-8000-000000000001'

const groupsOf = (audience: number) =>
  Array.from({ length: GROUPS }, (_, group) => `g${group}`).filter((_, group) => group % AUDIENCES === audience)

/** The same catalogue with eight audiences, each of every eighth group. */
export function withAudiences(catalogue: Catalogue): Catalogue {
  const audiences = Array.from({ length: AUDIENCES }, (_, n) => ({ key: `a${n}`, groups: groupsOf(n), for: { oidc: [], people: [] } }))
  return { ...catalogue, audiences }
}

/** Somebody who sees everything, then somebody of each audience. */
export async function addReaders(ctx: Context): Promise<Person[]> {
  const people = [await addPerson(ctx, 'admin', 'admin')]
  for (let n = 0; n < AUDIENCES; n += 1) people.push(await addPerson(ctx, `reader${n}`, 'viewer', `a${n}`))
  return people
}

/** Signs them in at a server: what their browsers send. */
export async function signIn(ctx: Context, url: string, people: readonly Person[]): Promise<string[]> {
  const cookies: string[] = []
  for (const person of people) cookies.push(await cookieOf(ctx, url, person))
  return cookies
}

/** A flow runs until the signal aborts: four steps a second, and a table loaded each second, which the overview of one audience shows. */
export async function keepRunning(ctx: Context, assetKey: string, signal: AbortSignal): Promise<void> {
  const { whole } = ctx
  await whole.query("insert into flow (name, zone) values ('bench', 'UTC') on conflict do nothing")
  await whole.query(
    `insert into run (id, flow, trigger, scheduled_for, created_at, started_at, state, attempt, progress_total)
     values ($1, 'bench', 'manual', now(), now(), now(), 'running', 1, 100000) on conflict do nothing`,
    [RUN],
  )
  for (let step = 1; !signal.aborted; step += 1) {
    await whole.query('update run set progress_done = $2 where id = $1', [RUN, step])
    if (step % LOADS_EVERY === 0) await load(ctx, assetKey)
    await systemClock.sleep(PROGRESS_MS, signal)
  }
}

async function load(ctx: Context, assetKey: string): Promise<void> {
  const at = systemClock.now()
  const readings = [{ clock: 'writtenAt' as const, at: at - SECOND_MS, precision: 'instant' as const }]
  const evidence = { method: 'column', strength: 'strong' as const, detail: 'The newest value.', costMs: 1 }
  await recordObservations(ctx, 'warehouse', at, [{ ok: true, assetKey, readings, rows: 1000, evidence, state: null, warnings: [] }])
}

/** Who asks for what, in turns. */
export interface Asking {
  url: string
  /** The cookies of those who ask, one after the other; none: nobody known. */
  cookies: readonly string[]
}

/** So many answers to so many readers at once; how many milliseconds each took. */
export async function sample({ url, cookies }: Asking, readers: number, requests: number): Promise<number[]> {
  const samples: number[] = []
  let asked = 0
  async function read(): Promise<void> {
    while (asked < requests) {
      const cookie = cookies[asked % Math.max(1, cookies.length)]
      asked += 1
      const from = performance.now()
      const answer = await fetch(url, { headers: { 'accept-encoding': 'identity', ...(cookie !== undefined && { cookie }) } })
      if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
      await answer.arrayBuffer()
      samples.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: readers }, read))
  return samples
}

/** The same of two, taken in turns, so that a busy moment of the machine meets both. */
export async function sampleBoth(
  live: Asking,
  still: Asking,
  readers: number,
  requests: number,
): Promise<{ live: number[]; still: number[] }> {
  const found: { live: number[]; still: number[] } = { live: [], still: [] }
  const ROUNDS = 5
  for (let round = 0; round < ROUNDS; round += 1) {
    found.live.push(...(await sample(live, readers, requests / ROUNDS)))
    found.still.push(...(await sample(still, readers, requests / ROUNDS)))
  }
  return found
}
