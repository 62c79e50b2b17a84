import type { Message, SQSClient } from '@aws-sdk/client-sqs'
import { askAws, awsClientConfig } from '#lib/connectors/kit/aws/client.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { ToldFiles } from '#lib/connectors/kit/files.ts'
import { SessionClient } from '#lib/connectors/kit/session.ts'
import { drainQueue, giveBackAfterMs, type QueueMessage } from '#lib/connectors/kit/stores/drain-queue.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { S3Settings } from './settings.ts'

type Sdk = typeof import('@aws-sdk/client-sqs')
type SqsClients = { sdk: Sdk; client: SQSClient }

/** So long a question for messages waits for the first: a queue looks into all its parts only then. */
const WAIT_SECONDS = 2
const PER_QUESTION = 10

/** What all questions of a session to its queue share. */
export class QueueAccess extends SessionClient<SqsClients> {
  constructor(connection: Connection<S3Settings>) {
    super(
      () => load(connection),
      ({ client }) => client.destroy(),
    )
  }
}

async function load(connection: Connection<S3Settings>): Promise<SqsClients> {
  const sdk = await import('@aws-sdk/client-sqs')
  // The queue's own address says where it is.
  const { endpoint: _, ...config } = awsClientConfig(connection, systemOf(connection), (own) => new sdk.SQSClient(own).config.credentials())
  return { sdk, client: new sdk.SQSClient(config) }
}

function systemOf({ key }: Connection<S3Settings>): string {
  return `SQS (${key})`
}

/** The queue of a connection, as one question sees it. */
export class Queue {
  readonly system: string
  readonly #connection: Connection<S3Settings>
  readonly #access: QueueAccess
  readonly #url: string

  constructor(connection: Connection<S3Settings>, access: QueueAccess) {
    this.system = systemOf(connection)
    this.#connection = connection
    this.#access = access
    this.#url = connection.settings.queue ?? ''
  }

  async #ask<T>(what: string, send: (at: SqsClients & { signal: AbortSignal }) => Promise<T>): Promise<T> {
    const clients = await this.#access.client()
    return askAws(this.#connection, { system: this.system, what }, (signal) => send({ ...clients, signal }))
  }

  /** About how many messages wait. */
  async waiting(): Promise<number> {
    const { Attributes } = await this.#ask('look at the queue', ({ client, sdk, signal }) =>
      client.send(new sdk.GetQueueAttributesCommand({ QueueUrl: this.#url, AttributeNames: ['ApproximateNumberOfMessages'] }), {
        abortSignal: signal,
      }),
    )
    return Number(Attributes?.ApproximateNumberOfMessages ?? 0)
  }

  /** What waits now. */
  messages(): AsyncGenerator<ToldFiles> {
    return drainQueue(async () => {
      const { Messages = [] } = await this.#ask('take messages from the queue', ({ client, sdk, signal }) =>
        client.send(
          new sdk.ReceiveMessageCommand({
            QueueUrl: this.#url,
            MaxNumberOfMessages: PER_QUESTION,
            WaitTimeSeconds: WAIT_SECONDS,
            MessageSystemAttributeNames: ['ApproximateReceiveCount'],
          }),
          { abortSignal: signal },
        ),
      )
      return Messages.map((message) => this.#told(message))
    })
  }

  #told({ MessageId = '', Body = '', ReceiptHandle, Attributes }: Message): QueueMessage {
    const tries = Number(Attributes?.ApproximateReceiveCount ?? 1)
    const at = { QueueUrl: this.#url, ReceiptHandle }
    const VisibilityTimeout = Math.round(giveBackAfterMs(tries) / SECOND_MS)
    return {
      id: MessageId,
      text: Body,
      tries,
      done: async () => {
        await this.#ask('take a message off the queue', ({ client, sdk, signal }) =>
          client.send(new sdk.DeleteMessageCommand(at), { abortSignal: signal }),
        )
      },
      giveBack: async () => {
        await this.#ask('give a message back to the queue', ({ client, sdk, signal }) =>
          client.send(new sdk.ChangeMessageVisibilityCommand({ ...at, VisibilityTimeout }), { abortSignal: signal }),
        )
      },
    }
  }
}
