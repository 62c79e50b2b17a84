import type { AttributeValue, WriteRequest } from '@aws-sdk/client-dynamodb'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { Writing, Written } from '#lib/connectors/kit/write.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { type Item, toItem } from './items.ts'
import { type DynamoSettings, whyNoTable } from './settings.ts'
import type { Table, Tables } from './tables.ts'

/** What one request may hold; DynamoDB takes 16 MB of what it makes of them. */
const BATCH_ITEMS = 25
const BATCH_BYTES = 8 * 1024 * 1024
const AT_ONCE = 4
/** A request by which nothing was written is sent again so often, after waits that double. */
const TRIES_MAX = 12
const WAIT_MS = 50
const WAIT_MAX_MS = 10 * SECOND_MS

/** Rows with the place they came at. */
interface Placed extends Item {
  place: number
}

/** Puts rows into a table, some requests at once; one whose key is known replaces what was there, so that writing again changes nothing. */
export async function writeRows(
  connection: Pick<Connection<DynamoSettings>, 'clock' | 'signal'>,
  tables: Tables,
  writing: Writing,
): Promise<Written> {
  const why = whyNoTable(writing.path)
  if (why !== null) throw new TidemarkError('invalid', { publicMessage: `"${writing.path}" ${why}.` })
  const writer = new Writer(connection, tables, await tables.describe(writing.path), writing)
  let place = 0
  for await (const row of writing.rows) {
    connection.signal.throwIfAborted()
    place += 1
    const made = toItem(row, writer.table)
    if (made.ok) await writer.add({ ...made.item, place })
    else writing.putAside(made.reason, place)
  }
  return { rows: await writer.end() }
}

class Writer {
  readonly table: Table
  readonly #connection: Pick<Connection<DynamoSettings>, 'clock' | 'signal'>
  readonly #tables: Tables
  readonly #writing: Writing
  #batch = new Map<string, Placed>()
  #bytes = 0
  #rows = 0
  /** What is under way, with its keys: of one key the order counts. */
  readonly #underWay = new Map<Promise<void>, ReadonlySet<string>>()
  #failure: { error: unknown } | null = null

  constructor(connection: Pick<Connection<DynamoSettings>, 'clock' | 'signal'>, tables: Tables, table: Table, writing: Writing) {
    this.#connection = connection
    this.#tables = tables
    this.table = table
    this.#writing = writing
  }

  async add(item: Placed): Promise<void> {
    const before = this.#batch.get(item.key)
    const isFull = before === undefined && this.#batch.size === BATCH_ITEMS
    if (isFull || this.#bytes + item.bytes > BATCH_BYTES) await this.#send()
    this.#bytes += item.bytes - (this.#batch.get(item.key)?.bytes ?? 0)
    // One request takes no key twice.
    this.#batch.set(item.key, item)
    this.#rows += 1
  }

  async end(): Promise<number> {
    await this.#send()
    while (this.#underWay.size > 0) await Promise.all(this.#underWay.keys())
    this.#throwFailure()
    return this.#rows
  }

  /** Waits until there is room, and nothing of these keys is under way. */
  async #send(): Promise<void> {
    const items = [...this.#batch.values()]
    const keys = new Set(this.#batch.keys())
    this.#batch = new Map()
    this.#bytes = 0
    const isHeldUp = () => this.#underWay.size >= AT_ONCE || [...this.#underWay.values()].some((own) => !own.isDisjointFrom(keys))
    while (isHeldUp()) await Promise.race(this.#underWay.keys())
    this.#throwFailure()
    if (items.length === 0) return
    const sending = this.#write(items)
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .finally(() => this.#underWay.delete(sending))
    this.#underWay.set(sending, keys)
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error
  }

  async #write(items: readonly Placed[]): Promise<void> {
    try {
      await this.#put(items.map(({ attributes }) => attributes))
      this.#writing.onRows?.(items.length)
    } catch (error) {
      if (!isOfItems(error)) throw error
      // A request is refused as a whole for one item in it: then each is by itself.
      for (const item of items) await (items.length > 1 ? this.#write([item]) : this.#putAside(item, error))
    }
  }

  #putAside({ place }: Placed, { message }: TidemarkError): void {
    this.#rows -= 1
    this.#writing.putAside(`${this.#tables.system} refused the row: ${message}`, place)
    this.#writing.onRows?.(1)
  }

  /** Puts all of them, those that come back as unprocessed again, as long as some are written. */
  async #put(items: readonly Record<string, AttributeValue>[]): Promise<void> {
    let left: WriteRequest[] = items.map((Item) => ({ PutRequest: { Item } }))
    for (let tries = 0; left.length > 0; ) {
      const before = left.length
      const last = await this.#ask(left)
      left = last.left
      if (left.length === 0) return
      tries = left.length < before ? 0 : tries + 1
      if (tries >= TRIES_MAX) throw last.error ?? this.#tooSlow(left.length)
      await this.#connection.clock.sleep(waitMs(tries), this.#connection.signal)
      this.#connection.signal.throwIfAborted()
    }
  }

  /** What is still to be written after one request; one that broke off may have written something, and writing it again changes nothing. */
  async #ask(requests: WriteRequest[]): Promise<{ left: WriteRequest[]; error: TidemarkError | null }> {
    const { name } = this.table
    try {
      const answer = await this.#tables.ask(`write to ${name}`, ({ client, sdk, signal }) =>
        client.send(new sdk.BatchWriteItemCommand({ RequestItems: { [name]: requests } }), { abortSignal: signal }),
      )
      return { left: answer.UnprocessedItems?.[name] ?? [], error: null }
    } catch (error) {
      if (!isTidemarkError(error) || !error.retryable) throw error
      return { left: requests, error }
    }
  }

  #tooSlow(count: number): TidemarkError {
    return new TidemarkError('unavailable', {
      publicMessage: `${this.#tables.system} does not keep up: it left ${count} rows for ${this.table.name} unwritten again and again. Give the table more capacity, or try later.`,
      retryable: true,
      systemWide: true,
    })
  }
}

/** Doubling, and never the same for all who wait. */
function waitMs(tries: number): number {
  return Math.min(WAIT_MS * 2 ** tries, WAIT_MAX_MS) * (0.5 + Math.random())
}

/** Refused for what the items are, not for who asks or for the table. */
function isOfItems(error: unknown): error is TidemarkError {
  return isTidemarkError(error) && error.status === 400 && !error.retryable && !error.systemWide && error.lasting === undefined
}
