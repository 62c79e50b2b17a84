import { z } from 'zod'
import emptyQueue from '#jobs/kinds/empty-queue.ts'
import lookForFiles from '#jobs/kinds/look-for-files.ts'
import { reloadCatalogue } from '#jobs/worker/reload-catalogue.ts'
import type { StoredFile } from '#lib/connectors/kit/files.ts'
import { type LookWay, listDueLooks } from '#lib/db/inbox/file-looks.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { defineFlow, type Flow } from '#lib/engine/flow.ts'
import { ToldStore } from '#lib/testing/connectors/told-store.ts'
import { createDatabaseAt } from '#lib/testing/database/database.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'

/** Flows that wait for files of a place that is listed, for files that a queue tells of, and for messages. */
export const TOLD_CATALOGUE = `page: { name: Shop, zone: UTC }
connections:
  bucket: { kind: test, address: files }
  queue: { kind: test, address: files, queue: arrivals }
  orders: { kind: test, address: files, queue: orders }
flows:
  listed: { on: [{ file: bucket/shop/in, match: "*.json", every: 5m }, { file: bucket/other, every: 1h }] }
  told: { on: [{ file: queue/shop/in }] }
  ordered: { on: [{ message: orders }], debounce: 1m }
`

const NOW = '2026-11-30T12:00:00Z'

const flowOf = (name: string): [string, Flow] => [
  name,
  defineFlow({
    ...{ schedule: '0 3 * * *', timezone: 'UTC', reads: [], writes: [], connections: [], timeoutMs: HOUR_MS },
    parameters: z.object({
      shop: z.string().optional(),
      dryRun: z.boolean().optional(),
      replay: z.boolean().optional(),
      shrinkRatio: z.number().optional(),
      allowEmpty: z.boolean().optional(),
      day: z.int().optional(),
      from: z.iso.date().optional(),
      to: z.iso.date().optional(),
    }),
    run: async () => ({ rowsLoaded: 0, rowsSeen: 0, summary: {} }),
  }) as Flow,
]

/** One record of S3 about a file of the bucket `shop`. */
export const record = (key: string, sequencer = '0A') => ({
  eventSource: 'aws:s3',
  eventName: 'ObjectCreated:Put',
  eventTime: NOW,
  s3: { bucket: { name: 'shop' }, object: { key, size: 3, eTag: key.length.toString(16), sequencer } },
})

/** A worker that asks stores and queues in memory for files. */
export async function toldWorld() {
  const { database, clock, ctx } = await createDatabaseAt(NOW)
  const store = new ToldStore()
  const flows = new Map(['listed', 'told', 'ordered'].map(flowOf))
  const services = testServices(ctx, { connectors: new Map([['test', store.connector()]]), flows })
  const reload = (text: string) => reloadCatalogue(services, { ok: true, texts: [{ file: 'tidemark.yaml', text }] })
  const rowsOf = async (text: string) => (await ctx.pool.query(text)).rows.map((row) => Object.values(row).join(' '))
  await reload(TOLD_CATALOGUE)
  return {
    ...{ database, clock, ctx, store, services, reload, rowsOf },
    file: (key: string, version = '1'): StoredFile => ({ bucket: 'shop', key, version, bytes: 1, modifiedAt: clock.now() }),
    ask: (connection: string, way: LookWay = connection === 'bucket' ? 'listing' : 'queue') =>
      (way === 'queue' ? emptyQueue : lookForFiles).run(services, { connection }),
    due: async () => (await listDueLooks(ctx.pool, clock.now())).map(({ connection, way }) => `${connection} ${way}`),
    inbox: () => rowsOf('select flow_key, key, state from inbox_file order by id'),
    looks: () =>
      rowsOf(
        `select connection_key, way, place, extract(epoch from due_at - '${NOW}')::int as due, problem from file_look order by 1, 2, 3`,
      ),
    runs: () => rowsOf("select flow, trigger, parameters, state from run where trigger = 'message' order by scheduled_for"),
  }
}
export type ToldWorld = Awaited<ReturnType<typeof toldWorld>>
