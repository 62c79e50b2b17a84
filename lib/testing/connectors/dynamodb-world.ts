import { createServer, type IncomingMessage, request as requestOf, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import { openDynamoDb } from '#lib/connectors/dynamodb/open.ts'
import type { DynamoSettings } from '#lib/connectors/dynamodb/settings.ts'
import dynamodb from '#lib/connectors/dynamodb.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { silentLog } from '#lib/platform/log.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'

export const DYNAMO_NOW = Date.parse('2026-11-20T07:00:00Z')

/** What becomes of a request instead of its answer; null: it is answered. */
export type Fault =
  | 'refused'
  | 'unauthorised'
  | 'denied'
  | 'throttled'
  | 'server-error'
  | 'skewed'
  | 'cut'
  | 'cut-after'
  | 'silent'
  | 'garbage'
  | 'nothing'

/** One request as the server before the real one sees it. */
export interface Asked {
  operation: string
  body: Record<string, unknown>
  /** How many were asked before it. */
  place: number
}

interface Control {
  /** Called for each request. */
  fault: (asked: Asked) => Fault | null
  /** Whether an item of a batch, counted over all, is left unwritten. */
  leaves: (item: number) => boolean
  requests: Asked[]
}

const ERRORS: Partial<Record<Fault, [status: number, type: string]>> = {
  refused: [400, 'ValidationException'],
  unauthorised: [400, 'UnrecognizedClientException'],
  denied: [400, 'AccessDeniedException'],
  throttled: [400, 'ProvisionedThroughputExceededException'],
  'server-error': [500, 'InternalServerError'],
  skewed: [400, 'RequestTimeTooSkewed'],
}

/** A real DynamoDB protocol server (dynalite) with one before it that can have bad manners. */
export class DynamoWorld {
  readonly clock = new HurriedClock(DYNAMO_NOW)
  readonly control: Control = { fault: () => null, leaves: () => false, requests: [] }
  readonly #real: Server
  readonly #before: Server
  #items = 0

  private constructor(real: Server) {
    this.#real = real
    this.#before = createServer((request, response) => void this.#answer(request, response))
  }

  static async start(): Promise<DynamoWorld> {
    const real = dynalite({ createTableMs: 0, deleteTableMs: 0 })
    const world = new DynamoWorld(real)
    await Promise.all([listening(real), listening(world.#before)])
    return world
  }

  async close(): Promise<void> {
    this.#before.closeAllConnections()
    await Promise.all([this.#real, this.#before].map((server) => new Promise((done) => server.close(done))))
  }

  reset(): void {
    Object.assign(this.control, { fault: () => null, leaves: () => false, requests: [] })
    this.#items = 0
  }

  connection(settings: Record<string, unknown> = {}, more: Partial<Connection<DynamoSettings>> = {}): Connection<DynamoSettings> {
    const own = {
      endpoint: urlOf(this.#before),
      region: 'eu-central-1',
      accessKeyId: 'key',
      secretAccessKey: 'pretend/secret+key',
      ...settings,
    }
    return {
      key: 'shop',
      settings: dynamodb.settings.parse(own),
      clock: this.clock,
      log: silentLog,
      signal: new AbortController().signal,
      ...more,
    }
  }

  session(settings: Record<string, unknown> = {}, more: Partial<Connection<DynamoSettings>> = {}) {
    return openDynamoDb(this.connection(settings, more))
  }

  /** Asks the real server itself. */
  async real<T>(operation: string, body: object): Promise<T> {
    return JSON.parse((await this.#forward(operation, body)).body)
  }

  async createTable(input: CreateTableCommandInput): Promise<void> {
    const answer = await this.#forward('CreateTable', { ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 }, ...input })
    if (answer.status !== 200) throw new Error(answer.body)
    for (;;) {
      const { Table } = await this.real<{ Table: { TableStatus: string } }>('DescribeTable', { TableName: input.TableName })
      if (Table.TableStatus === 'ACTIVE') return
    }
  }

  /** Every item of a table, page by page. */
  async items(table: string): Promise<Record<string, unknown>[]> {
    const all: Record<string, unknown>[] = []
    for (let after: unknown; ; ) {
      const page = await this.real<{ Items: Record<string, unknown>[]; LastEvaluatedKey?: unknown }>('Scan', {
        TableName: table,
        ...(after !== undefined && { ExclusiveStartKey: after }),
      })
      all.push(...page.Items)
      if (page.LastEvaluatedKey === undefined) return all
      after = page.LastEvaluatedKey
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(request)
    if (text.startsWith('Action=AssumeRole')) return send(response, 200, roleKey())
    const operation = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? ''
    const asked = { operation, body: JSON.parse(text), place: this.control.requests.length }
    this.control.requests.push(asked)
    const fault = this.control.fault(asked)
    if (fault === 'silent') return
    if (fault === 'cut') return void request.socket.destroy()
    const error = fault === null ? undefined : ERRORS[fault]
    if (error !== undefined)
      return send(response, error[0], JSON.stringify({ __type: `com.amazon.coral#${error[1]}`, message: 'It is so.' }))
    if (fault === 'garbage') return send(response, 200, '<html>busy</html>')
    if (fault === 'nothing') return send(response, 200, '{}')
    const { body, left } = operation === 'BatchWriteItem' ? this.#leave(asked.body) : { body: asked.body, left: {} }
    const answer =
      Object.keys(Object(body['RequestItems'] ?? { all: 1 })).length === 0
        ? { status: 200, body: '{}' }
        : await this.#forward(operation, body)
    if (fault === 'cut-after') return void request.socket.destroy()
    const told = Object.keys(left).length === 0 ? answer.body : JSON.stringify({ ...JSON.parse(answer.body), UnprocessedItems: left })
    send(response, answer.status, told)
  }

  /** Takes out of a batch what is to be left unwritten. */
  #leave(body: Record<string, unknown>): { body: Record<string, unknown>; left: Record<string, unknown[]> } {
    const left: Record<string, unknown[]> = {}
    const kept: Record<string, unknown[]> = {}
    for (const [table, items] of Object.entries(Object(body['RequestItems']) as Record<string, unknown[]>))
      for (const item of items) {
        const own = this.control.leaves(this.#items++) ? left : kept
        own[table] = [...(own[table] ?? []), item]
      }
    return { body: { ...body, RequestItems: kept }, left }
  }

  #forward(operation: string, body: object): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const forwarded = requestOf(
        urlOf(this.#real),
        {
          method: 'POST',
          headers: {
            'content-type': 'application/x-amz-json-1.0',
            'x-amz-target': `DynamoDB_20120810.${operation}`,
            'x-amz-date': '20261120T070000Z',
            authorization: 'AWS4-HMAC-SHA256 Credential=key/20261120/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
          },
        },
        (answer) => void textOf(answer).then((text) => resolve({ status: answer.statusCode ?? 0, body: text }), reject),
      )
      forwarded.on('error', reject).end(JSON.stringify(body))
    })
  }
}

/** The key of a role, so near its end that each request wants a new one. */
function roleKey(): string {
  const expiration = new Date(systemClock.now() + MINUTE_MS).toISOString()
  return `<R><AccessKeyId>role</AccessKeyId><SecretAccessKey>of</SecretAccessKey><SessionToken>it</SessionToken><Expiration>${expiration}</Expiration></R>`
}

function listening(server: Server): Promise<void> {
  return new Promise((done) => server.listen(0, '127.0.0.1', done))
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function textOf(stream: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) text += chunk
  return text
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body)
}
