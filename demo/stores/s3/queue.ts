import { randomBytes, randomUUID } from 'node:crypto'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import type { S3Answer } from './answer.ts'
import { md5 } from './buckets.ts'
import type { S3Control } from './control.ts'

interface Waiting {
  id: string
  body: string
  received: number
  visibleAt: number
  handle: string
}

const VISIBILITY_S = 30

/** One SQS queue: hands a message out again once it was invisible long enough, counts that, and keeps no order. */
export class PretendQueue {
  readonly path = '/111122223333/landing'
  readonly messages: Waiting[] = []
  readonly #clock: Clock
  readonly #control: S3Control

  constructor(clock: Clock, control: S3Control) {
    this.#clock = clock
    this.#control = control
  }

  send(body: unknown): void {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    this.messages.unshift({ id: randomUUID(), body: text, received: 0, visibleAt: 0, handle: '' })
  }

  /** What the JSON protocol is asked. */
  answer(target: string, asked: Record<string, unknown>): S3Answer {
    if (!String(asked['QueueUrl']).endsWith(this.path)) return refusal('QueueDoesNotExist', 'The specified queue does not exist.')
    switch (target) {
      case 'AmazonSQS.ReceiveMessage':
        return this.#receive(Number(asked['MaxNumberOfMessages'] ?? 1))
      case 'AmazonSQS.DeleteMessage':
        return this.#settle(asked, (message) => this.messages.splice(this.messages.indexOf(message), 1))
      case 'AmazonSQS.ChangeMessageVisibility':
        return this.#settle(asked, (message) => {
          message.visibleAt = this.#clock.now() + Number(asked['VisibilityTimeout']) * SECOND_MS
        })
      case 'AmazonSQS.GetQueueAttributes':
        return ok({ Attributes: { ApproximateNumberOfMessages: String(this.messages.length) } })
      default:
        return refusal('InvalidAction', `The action ${target} is not valid for this endpoint.`)
    }
  }

  #receive(most: number): S3Answer {
    const now = this.#clock.now()
    const repeats = this.#control.take('queue-repeats')
    const visible = this.messages.filter(({ visibleAt }) => visibleAt <= now || repeats).slice(0, Math.min(most, 10))
    // Those handed out go to the end: no order is kept.
    this.messages.sort((one, other) => Number(visible.includes(one)) - Number(visible.includes(other)))
    const told = visible.map((message) => {
      message.received += 1
      message.visibleAt = now + VISIBILITY_S * SECOND_MS
      message.handle = randomBytes(18).toString('base64')
      return {
        MessageId: message.id,
        ReceiptHandle: message.handle,
        MD5OfBody: md5(message.body),
        Body: message.body,
        Attributes: { ApproximateReceiveCount: String(message.received) },
      }
    })
    return ok(told.length === 0 ? {} : { Messages: told })
  }

  #settle(asked: Record<string, unknown>, settle: (message: Waiting) => void): S3Answer {
    const message = this.messages.find(({ handle }) => handle !== '' && handle === asked['ReceiptHandle'])
    if (message === undefined) return refusal('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.')
    settle(message)
    return ok({})
  }
}

function ok(body: object): S3Answer {
  return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(body) }
}

export function refusal(code: string, message: string, status = 400): S3Answer {
  const body = JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message })
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body }
}
