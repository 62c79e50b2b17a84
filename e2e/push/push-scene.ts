import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createToken, tokenRequestSchema } from '#lib/access/tokens.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { person } from '#lib/domain/access/actor.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { runIdOf } from '#lib/testing/push/push-world.ts'
import { startWebServer, type WebServer } from '../bench/web-server.ts'
import { startWorker, type WorkerProcess } from '../crash/worker-process.ts'

const PATIENCE_MS = 120_000

/** A page with a worker, each a process that can be killed, whose assets are told about by pushed events alone. */
export interface PushScene {
  ctx: Context
  startWeb(): Promise<WebServer>
  startWorker(): WorkerProcess
  /** Resolves once nothing waits in the inbox. */
  untilTaken(): Promise<void>
  /** Sends events; the status of the answer, or null when none came. */
  send(url: string, events: readonly object[]): Promise<number | null>
  close(): Promise<void>
}

const nameOf = (asset: number) => `t${String(asset).padStart(3, '0')}`

/** An event that says that a run loaded an asset now. */
export function loadOf(asset: number, run: number): object {
  return {
    eventType: 'COMPLETE',
    eventTime: new Date(systemClock.now()).toISOString(),
    producer: 'https://example.edu/loader',
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: { runId: runIdOf(run) },
    job: { namespace: 'loads', name: `load ${nameOf(asset)}` },
    inputs: [],
    outputs: [{ namespace: 'told', name: nameOf(asset), outputFacets: { outputStatistics: { rowCount: 1 } } }],
  }
}

function catalogueOf(assets: number): string {
  const lines = Array.from(
    { length: assets },
    (_, i) => `          told/${nameOf(i)}: { policy: { kind: age, clock: loadedAt, lateAfter: 1h, staleAfter: 1d } }`,
  )
  return `page: { name: Pushed, zone: UTC }\nconnections:\n  told: { kind: push, from: loads }\ngroups:\n  all:\n    feeds:\n      loads:\n        assets:\n${lines.join('\n')}\n`
}

/** Opens it; its worker has read the catalogue once. */
export async function openPushScene(assets: number): Promise<PushScene> {
  const [state, lake] = [await createTestDatabase(), await createTestDatabase({ empty: true })]
  const ctx = state.context()
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-push-'))
  const config = join(folder, 'tidemark.yaml')
  await writeFile(config, catalogueOf(assets))
  const variables = { DATABASE_URL: state.url, LAKE_DATABASE_URL: lake.url, TIDEMARK_CONFIG: config, TIDEMARK_DATA: folder }
  const ada = await addPerson(ctx, 'ada', 'admin')
  const request = tokenRequestSchema.parse({ name: 'loads', scopes: ['push'] })
  const { token } = await createToken(asActor(ctx, person({ ...ada, role: 'admin', audience: null })), request)
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const first = startWorker(variables)
  await until('the catalogue', async () => (await ctx.whole.query("select 1 from subject where kind = 'asset'")).rowCount === assets)
  await first.kill()
  return {
    ctx,
    startWeb: () => startWebServer(state.url),
    startWorker: () => startWorker(variables),
    untilTaken: () =>
      until('the inbox', async () => (await ctx.whole.query('select 1 from push_inbox where taken_at is null limit 1')).rowCount === 0),
    async send(url, events) {
      try {
        const answer = await fetch(`${url}/api/v1/lineage`, { method: 'POST', headers, body: JSON.stringify(events) })
        await answer.text()
        return answer.status
      } catch {
        return null
      }
    },
    async close() {
      await rm(folder, { recursive: true })
      await Promise.all([state.drop(), lake.drop()])
    },
  }
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAt = systemClock.now() + PATIENCE_MS
  while (!(await isSo())) {
    if (systemClock.now() > giveUpAt) throw new Error(`${what} takes too long`)
    await systemClock.sleep(50)
  }
}
