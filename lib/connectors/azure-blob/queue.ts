import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue'
import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { ToldFiles } from '#lib/connectors/kit/files.ts'
import { askPatiently } from '#lib/connectors/kit/patience.ts'
import { SessionClient } from '#lib/connectors/kit/session.ts'
import { drainQueue, giveBackAfterMs, type QueueMessage } from '#lib/connectors/kit/stores/drain-queue.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { toAzureError } from './problems.ts'
import type { AzureBlobSettings } from './settings.ts'
import { credentialOf, withSignature } from './store.ts'

const PER_QUESTION = 32
/** So long whoever takes a message has time to settle it. */
const HIDDEN_S = (5 * MINUTE_MS) / SECOND_MS

/** The client of one session's queue: loaded when it is asked first. */
export class AzureQueueAccess extends SessionClient<QueueClient> {
  constructor(connection: Connection<AzureBlobSettings>) {
    super(() => load(connection))
  }
}

async function load(connection: Connection<AzureBlobSettings>): Promise<QueueClient> {
  const sdk = await import('@azure/storage-queue')
  const { queue = '', sas } = connection.settings
  return new sdk.QueueClient(withSignature(queue, sas), credentialOf(connection, sdk), { retryOptions: { maxTries: 1 } })
}

/** The queue of a connection, as one question sees it. */
export class AzureQueue {
  readonly system: string
  readonly #connection: Connection<AzureBlobSettings>
  readonly #access: AzureQueueAccess

  constructor(connection: Connection<AzureBlobSettings>, access: AzureQueueAccess) {
    this.system = `Storage Queue (${connection.key})`
    this.#connection = connection
    this.#access = access
  }

  async #ask<T>(what: string, send: (client: QueueClient, abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    const client = await this.#access.client()
    const toError = (thrown: unknown) => toAzureError(this.system, what, thrown)
    return askPatiently(this.#connection, { system: this.system, toError, send: (signal) => send(client, signal) })
  }

  /** About how many messages wait. */
  async waiting(): Promise<number> {
    const told = await this.#ask('look at the queue', (client, abortSignal) => client.getProperties({ abortSignal }))
    return told.approximateMessagesCount ?? 0
  }

  /** What waits now. */
  messages(): AsyncGenerator<ToldFiles> {
    return drainQueue(async () => {
      const told = await this.#ask('take messages from the queue', (client, abortSignal) =>
        client.receiveMessages({ numberOfMessages: PER_QUESTION, visibilityTimeout: HIDDEN_S, abortSignal }),
      )
      // A page of somebody else's is read as no messages.
      if (told.version === undefined) throw refusedAnswer(this.system, 'it is no list of messages')
      return told.receivedMessageItems.map((message) => this.#told(message))
    })
  }

  #told({ messageId, popReceipt, messageText, dequeueCount: tries }: DequeuedMessageItem): QueueMessage {
    const hiddenS = Math.round(giveBackAfterMs(tries) / SECOND_MS)
    return {
      id: messageId,
      text: plainText(messageText),
      tries,
      done: async () => {
        await this.#ask('take a message off the queue', (client, abortSignal) =>
          client.deleteMessage(messageId, popReceipt, { abortSignal }),
        )
      },
      giveBack: async () => {
        await this.#ask('give a message back to the queue', (client, abortSignal) =>
          client.updateMessage(messageId, popReceipt, undefined, hiddenS, { abortSignal }),
        )
      },
    }
  }
}

/** Event Grid and most clients put base64 into such a queue, others the text itself. */
export function plainText(text: string): string {
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text) || /^\s*\d+\s*$/.test(text)) return text
  const decoded = Buffer.from(text, 'base64').toString('utf8')
  return /^\s*[[{"]/.test(decoded) ? decoded : text
}
