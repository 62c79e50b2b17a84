import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { gone } from '#lib/connectors/kit/answer.ts'
import type { ClockReading, Connection, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { type Probe, probeEach, reachable } from '#lib/connectors/kit/probe.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { readNumberTime } from '#lib/domain/time/number-time.ts'
import { readTime } from '#lib/domain/values/convert-time.ts'
import { type DynamoAsset, type DynamoSettings, dynamoAssetSettings, whyNoTable } from './settings.ts'
import type { Key, KeyPart, Table, Tables } from './tables.ts'

const AT_ONCE = 8

/** Looks at tables, a few at a time. Sizes are never gone by: DynamoDB counts its items every six hours. */
export function observeTables(
  connection: Connection<DynamoSettings>,
  tables: Tables,
  assets: readonly ObservedAsset[],
): AsyncGenerator<Observation> {
  return probeEach(connection, assets, (asset) => probe(tables, asset, connection.clock.now()), AT_ONCE)
}

type Found = Record<string, AttributeValue> | undefined

async function probe(tables: Tables, { path, settings }: ObservedAsset, now: Instant): Promise<Probe> {
  const why = whyNoTable(path)
  if (why !== null) throw invalid(`"${path}" ${why}.`)
  const asked = dynamoAssetSettings.parse(settings)
  const table = await tables.describe(path)
  if (asked.item !== undefined) return probeItem(tables, table, asked.item, asked, now)
  if (asked.partition !== undefined) return probePartition(tables, table, asked.partition, asked, now)
  const untold = `${tables.system} does not tell when ${path} was written. Name an item in which loads note their time, or a partition whose items are in order of time.`
  return { ...reachable(''), untold }
}

async function probeItem(
  tables: Tables,
  table: Table,
  item: NonNullable<DynamoAsset['item']>,
  asked: DynamoAsset,
  now: Instant,
): Promise<Probe> {
  const { hash, range } = table.key
  const parts = range === null ? [hash] : [hash, range]
  if (Object.keys(item).length !== parts.length || parts.some(({ name }) => item[name] === undefined))
    throw invalid(`The key of ${table.name} is ${parts.map(({ name }) => name).join(' and ')}. Write these under "item".`)
  const Key = Object.fromEntries(parts.map((part) => [part.name, keyValue(part, item[part.name] ?? '')]))
  const answer = await tables.ask(`read an item of ${table.name}`, ({ client, sdk, signal }) =>
    client.send(new sdk.GetItemCommand({ TableName: table.name, Key, ConsistentRead: true }), { abortSignal: signal }),
  )
  if (answer.Item === undefined) {
    throw gone(`${table.name} has no item of that key. Correct "item", or let what loads the table write it.`)
  }
  const name = asked.attribute ?? ''
  const detail = `${name} of the item ${Object.values(item).join(', ')} of ${table.name}.`
  return toProbe(readAttribute(answer.Item[name], asked.clock ?? 'loadedAt', asked.zone, now), name, detail)
}

async function probePartition(tables: Tables, table: Table, partition: string | number, asked: DynamoAsset, now: Instant): Promise<Probe> {
  const { hash, range } = keyOf(table, asked.index)
  if (range === null)
    throw invalid(`${asked.index ?? table.name} has no second key, so nothing in it is the last. Name another index, or an item.`)
  const found = await tables.ask(`look for the last item of ${table.name}`, ({ client, sdk, signal }) =>
    client.send(
      new sdk.QueryCommand({
        TableName: table.name,
        ...(asked.index === undefined ? { ConsistentRead: true } : { IndexName: asked.index }),
        KeyConditionExpression: '#p = :p',
        ExpressionAttributeNames: { '#p': hash.name },
        ExpressionAttributeValues: { ':p': keyValue(hash, partition) },
        ScanIndexForward: false,
        Limit: 1,
      }),
      { abortSignal: signal },
    ),
  )
  const last: Found = found.Items?.[0]
  const name = asked.attribute ?? range.name
  const detail = `${name} of the last item of ${partition} in ${asked.index ?? table.name}.`
  const clock = asked.clock ?? 'writtenAt'
  const nothing: ClockReading = { clock, at: null, precision: 'instant' }
  return toProbe(last === undefined ? nothing : readAttribute(last[name], clock, asked.zone, now), name, detail)
}

function keyOf(table: Table, index: string | undefined): Key {
  if (index === undefined) return table.key
  const key = table.indexes.get(index)
  if (key !== undefined) return key
  throw gone(`${table.name} has no index ${index}. Correct "index".`)
}

function keyValue({ name, type }: KeyPart, value: string | number): AttributeValue {
  if (type === 'B') throw invalid(`${name} is of bytes, which cannot be written in a catalogue.`)
  if (type === 'S') return { S: String(value) }
  if (!Number.isFinite(Number(value))) throw invalid(`${name} is a number, and "${value}" is none.`)
  return { N: String(value) }
}

function invalid(publicMessage: string): TidemarkError {
  return new TidemarkError('invalid', { publicMessage })
}

function toProbe(read: ClockReading | null, name: string, detail: string): Probe {
  return {
    readings: read === null ? [] : [read],
    rows: null,
    evidence: { method: 'attribute', strength: 'strong', detail },
    state: null,
    warnings: [],
    ...(read === null && { untold: `${name} of the item does not read as a time.` }),
  }
}

/** Text that is a time, or a number of seconds or milliseconds since 1970; null: neither. */
function readAttribute(value: AttributeValue | undefined, clock: ClockReading['clock'], zone = 'UTC', now: Instant): ClockReading | null {
  if (value?.N !== undefined) {
    const read = readNumberTime(value.N, zone, now)
    return read.ok ? { clock, at: read.at, precision: read.precision } : null
  }
  const read = value?.S === undefined ? null : readTime(value.S, zone, now)
  return read === null ? null : { clock, ...read }
}
