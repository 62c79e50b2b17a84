import type { DynamoDBClient, KeySchemaElement, ScalarAttributeType, TableDescription } from '@aws-sdk/client-dynamodb'
import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { askAws, awsClientConfig } from '#lib/connectors/kit/aws/client.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { SessionClient } from '#lib/connectors/kit/session.ts'
import type { DynamoSettings } from './settings.ts'

type Sdk = typeof import('@aws-sdk/client-dynamodb')
/** The client of one session: loaded when it asks the first question. */
export type DynamoClient = { sdk: Sdk; client: DynamoDBClient }

/** What all questions of a session share. */
export class DynamoAccess extends SessionClient<DynamoClient> {
  constructor(connection: Connection<DynamoSettings>) {
    super(
      () => load(connection),
      ({ client }) => client.destroy(),
    )
  }
}

async function load(connection: Connection<DynamoSettings>): Promise<DynamoClient> {
  const sdk = await import('@aws-sdk/client-dynamodb')
  const config = awsClientConfig(connection, systemOf(connection), (own) => new sdk.DynamoDBClient(own).config.credentials())
  return { sdk, client: new sdk.DynamoDBClient(config) }
}

function systemOf({ key }: Connection<DynamoSettings>): string {
  return `DynamoDB (${key})`
}

/** One attribute of a key. */
export interface KeyPart {
  name: string
  type: ScalarAttributeType
}

export interface Key {
  hash: KeyPart
  range: KeyPart | null
}

/** A table as far as reading and writing it needs. */
export interface Table {
  name: string
  status: string
  key: Key
  indexes: ReadonlyMap<string, Key>
  /** Those that stand in the key of the table or of an index, and what they have to be. */
  typed: ReadonlyMap<string, ScalarAttributeType>
}

const PER_PAGE = 100

/** DynamoDB, as one question sees it. */
export class Tables {
  readonly system: string
  readonly #connection: Connection<DynamoSettings>
  readonly #access: DynamoAccess

  constructor(connection: Connection<DynamoSettings>, access: DynamoAccess) {
    this.system = systemOf(connection)
    this.#connection = connection
    this.#access = access
  }

  /** Asks by the client; `what` completes "does not let us …". */
  async ask<T>(what: string, send: (at: DynamoClient & { signal: AbortSignal }) => Promise<T>): Promise<T> {
    const client = await this.#access.client()
    return askAws(this.#connection, { system: this.system, what }, (signal) => send({ ...client, signal }))
  }

  /** The names of all tables, or of those that the connection is about, page by page. */
  async *names(): AsyncGenerator<string> {
    const { tables } = this.#connection.settings
    if (tables !== undefined) return yield* tables
    for (let after: string | undefined; ; ) {
      const page = await this.#page(after)
      yield* page.names
      if (page.last === undefined) return
      if (page.last === after) throw refusedAnswer(this.system, 'a list goes on and does not say where')
      after = page.last
    }
  }

  async #page(after: string | undefined): Promise<{ names: string[]; last: string | undefined }> {
    const more = after !== undefined && { ExclusiveStartTableName: after }
    const answer = await this.ask('list the tables (name them by tables, where that is not allowed)', ({ client, sdk, signal }) =>
      client.send(new sdk.ListTablesCommand({ Limit: PER_PAGE, ...more }), { abortSignal: signal }),
    )
    if (answer.TableNames === undefined) throw refusedAnswer(this.system, 'it is no list of tables')
    return { names: answer.TableNames, last: answer.LastEvaluatedTableName }
  }

  async describe(name: string): Promise<Table> {
    const answer = await this.ask(`look at ${name}`, ({ client, sdk, signal }) =>
      client.send(new sdk.DescribeTableCommand({ TableName: name }), { abortSignal: signal }),
    )
    return this.#table(name, answer.Table ?? {})
  }

  #table(name: string, { TableStatus, KeySchema, AttributeDefinitions = [], ...told }: TableDescription): Table {
    const typed = new Map(
      AttributeDefinitions.flatMap(({ AttributeName: part, AttributeType: type }) =>
        part === undefined || type === undefined ? [] : [[part, type] as const],
      ),
    )
    const key = keyOf(KeySchema, typed)
    if (key === null) throw refusedAnswer(this.system, `it does not tell the key of ${name}`)
    const indexes = [...(told.GlobalSecondaryIndexes ?? []), ...(told.LocalSecondaryIndexes ?? [])].flatMap(
      ({ IndexName, KeySchema: own }) => {
        const found = keyOf(own, typed)
        return IndexName === undefined || found === null ? [] : [[IndexName, found] as const]
      },
    )
    return { name, status: TableStatus ?? '', key, indexes: new Map(indexes), typed }
  }
}

function keyOf(schema: readonly KeySchemaElement[] = [], typed: ReadonlyMap<string, ScalarAttributeType>): Key | null {
  const part = (kind: string): KeyPart | null => {
    const name = schema.find(({ KeyType }) => KeyType === kind)?.AttributeName
    const type = name === undefined ? undefined : typed.get(name)
    return name === undefined || type === undefined ? null : { name, type }
  }
  const hash = part('HASH')
  return hash === null ? null : { hash, range: part('RANGE') }
}
