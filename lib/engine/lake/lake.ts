import { fileURLToPath } from 'node:url'
import { Client, Pool, type PoolClient } from 'pg'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { FlowContext, LakeWork } from '#lib/engine/flow.ts'
import { currentScope } from '#lib/engine/run/scope.ts'
import { asStored } from '#lib/engine/run/stored-result.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { Log } from '#lib/platform/log.ts'
import { copyIn } from './copy-in.ts'
import { toLakeError } from './lake-error.ts'
import { applicationName, type Holder, lockFence, raiseFence } from './lake-fence.ts'
import { applyOwnSchema, applySchemaFile } from './lake-schema.ts'
import type { LoadCounts, LoadRows, LoadSpec, TableLoad } from './load-spec.ts'
import { beginLoad, type LoadLake } from './load-table.ts'

export type Lake = FlowContext<unknown>['lake'] & { close(): Promise<void> }

export interface LakeOptions extends Holder {
  url: string
  clock: Clock
  log: Log
  /** Aborts with the attempt: open transactions are then rolled back on the server. */
  signal: AbortSignal
  /** Throws when this worker's lease has run out; called before every transaction and every commit. */
  assertHeld: () => void
  schemaFolder?: string
  connections?: number
}

const LAKE_CONNECTIONS = 8

const SQL_FOLDER = fileURLToPath(new URL('../../../sql/', import.meta.url))

/** The sessions of a worker that froze or lost its network must end by themselves. */
const SESSION = '-c idle_in_transaction_session_timeout=60s -c lock_timeout=30s -c statement_timeout=60min'

/** Makes this attempt the only writer of its flow and opens the lake for it. */
export async function openLake(options: LakeOptions): Promise<Lake> {
  const pool = new Pool({
    connectionString: withoutOwnName(options.url),
    max: options.connections ?? LAKE_CONNECTIONS,
    application_name: applicationName(options.flow, options.fence),
    connectionTimeoutMillis: 10_000,
    options: SESSION,
  })
  const lost = (error: Error) => options.log.warn('a connection to the lake was lost', { error: error.message })
  pool.on('error', lost)
  // pg emits a lost connection on the client that is in use; an 'error' without a listener ends the process.
  pool.on('connect', (client) => void client.on('error', lost))
  const folder = options.schemaFolder ?? SQL_FOLDER
  try {
    await applyOwnSchema(pool, folder, options.clock)
    await raiseFence(pool, options, options)
  } catch (error) {
    await pool.end().catch(() => {})
    throw toOpenError(error)
  }
  return {
    applySchema: async (file) => {
      await asLake(applySchemaFile(pool, folder, file, { clock: options.clock, guard: (client) => lockFence(client, options, null) }))
    },
    once: (task, batchKey, work) => asLake(once(pool, options, { task, key: batchKey }, work)),
    query: async <T>(text: string, values: readonly unknown[] = []) => {
      const { rows } = await asLake(pool.query(text, [...values]))
      return asStored<T[]>(rows)
    },
    copyIn,
    load: (spec, rows) => loadRows(pool, options, spec, rows),
    beginLoad: (spec) => asLake(beginLoadOn(pool, options, spec)),
    close: () => pool.end(),
  }
}

async function beginLoadOn(pool: Pool, options: LakeOptions, spec: LoadSpec): Promise<TableLoad> {
  const { rows } = await pool.query<{ result: unknown }>(
    "select result from tidemark.load_batch where run = $1 and task = 'load' and batch_key = $2",
    [options.runId, spec.table],
  )
  const done = rows[0] === undefined ? null : asStored<LoadCounts>(rows[0].result)
  const lake: LoadLake = {
    connect: () => pool.connect(),
    async once(client, batchKey, work, dryRun) {
      try {
        return await transact(pool, client, options, { task: 'load', key: batchKey, undo: dryRun }, work)
      } catch (error) {
        await rolledBack(client)
        throw error
      }
    },
    signal: () => currentScope()?.signal ?? options.signal,
    stamp: () => ({ at: new Date(options.clock.now()), runId: options.runId }),
  }
  return beginLoad(lake, spec, done)
}

async function loadRows(pool: Pool, options: LakeOptions, spec: LoadSpec, rows: LoadRows): Promise<LoadCounts> {
  const load = await asLake(beginLoadOn(pool, options, spec))
  try {
    if (load.done === null) await load.fill(rows)
    return await load.store()
  } finally {
    await load.close()
  }
}

async function once<T>(pool: Pool, options: LakeOptions, batch: { task: string; key: string }, work: LakeWork<T>): Promise<T> {
  const signal = currentScope()?.signal ?? options.signal
  signal.throwIfAborted()
  options.assertHeld()
  const client = await pool.connect()
  let broken = true
  try {
    const result = await transact(pool, client, options, { ...batch, undo: false }, () => work(client))
    broken = false
    return result
  } catch (error) {
    broken = signal.aborted || !(await rolledBack(client))
    throw error
  } finally {
    client.release(broken || signal.aborted)
  }
}

interface Batch {
  task: string
  key: string
  undo: boolean
}

/** One transaction under the fence on the caller's connection; the caller rolls back when this throws. */
async function transact<T>(pool: Pool, client: PoolClient, options: LakeOptions, batch: Batch, work: () => Promise<T>): Promise<T> {
  const signal = currentScope()?.signal ?? options.signal
  signal.throwIfAborted()
  options.assertHeld()
  let stopListening = () => {}
  try {
    await client.query('begin')
    const { pid, committed } = await lockFence(client, options, batch)
    if (committed) {
      await client.query('rollback')
      return asStored<T>(committed.result)
    }
    stopListening = terminateOnAbort(pool, pid, signal)
    // Stopped while it waited for the fence: nobody would end what is begun now.
    signal.throwIfAborted()
    const result = await work()
    if (!batch.undo) await recordBatch(client, options, batch, result)
    signal.throwIfAborted()
    options.assertHeld()
    await client.query(batch.undo ? 'rollback' : 'commit')
    return result
  } finally {
    stopListening()
  }
}

async function recordBatch(client: PoolClient, options: LakeOptions, batch: { task: string; key: string }, result: unknown): Promise<void> {
  await client.query(
    'insert into tidemark.load_batch (run, attempt, task, batch_key, result, committed_at) values ($1, $2, $3, $4, $5, $6)',
    [options.runId, options.attempt, batch.task, batch.key, JSON.stringify(result ?? null), new Date(options.clock.now())],
  )
}

function rolledBack(client: PoolClient): Promise<boolean> {
  return client.query('rollback').then(
    () => true,
    () => false,
  )
}

/** A running statement does not notice that its client has given up: the server is told. */
function terminateOnAbort(pool: Pool, pid: number, signal: AbortSignal): () => void {
  const terminate = () => void pool.query('select pg_terminate_backend($1)', [pid]).catch(() => {})
  signal.addEventListener('abort', terminate, { once: true })
  return () => signal.removeEventListener('abort', terminate)
}

/** An application_name in the address would replace ours, by which a newer attempt finds this one's connections. */
function withoutOwnName(address: string): string {
  const url = new URL(address)
  url.searchParams.delete('application_name')
  url.searchParams.delete('options')
  return url.href
}

async function asLake<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw toLakeError(error)
  }
}

function toOpenError(error: unknown): unknown {
  const known = toLakeError(error)
  if (known instanceof TidemarkError) return known
  return new TidemarkError('unavailable', {
    publicMessage: 'The lake could not be opened. Check LAKE_DATABASE_URL and that its user may create schemas and tables.',
    message: `lake: ${toInternalMessage(error)}`,
    cause: error,
  })
}

/** Forgets the batches of runs that can no longer be resumed; the data itself stays. Answers how many. */
export async function pruneLake(url: string, before: Instant): Promise<number> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000, statement_timeout: 60_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query<{ there: boolean }>("select to_regclass('tidemark.load_batch') is not null as there")
    if (rows[0]?.there !== true) return 0
    const { rowCount } = await client.query('delete from tidemark.load_batch where committed_at < $1', [new Date(before)])
    return rowCount ?? 0
  } finally {
    await client.end()
  }
}
