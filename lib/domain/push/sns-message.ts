import { z } from 'zod'
import { DAY_MS, type Instant, isFuture } from '#lib/domain/time/instant.ts'
import { parseEventTime } from './event-schema.ts'

const TYPES = ['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation'] as const
const MISSING = 'is missing or not a text'
const text = z.string(MISSING).max(300_000, 'is too long')
const name = text.min(1, 'is empty').max(1000, 'is longer than 1000 characters')

/** A message of Amazon SNS as it is posted, with all that its signature covers. */
export const snsMessageSchema = z
  .looseObject({
    Type: z.enum(TYPES, `is none of ${TYPES.join(', ')}`),
    MessageId: name,
    TopicArn: name,
    Message: text,
    Subject: text.optional(),
    Timestamp: z.string(MISSING).refine((given) => parseEventTime(given) !== null, 'is not a date and time with its zone'),
    Token: text.optional(),
    SubscribeURL: text.optional(),
    SignatureVersion: z.enum(['1', '2'], 'is neither 1 nor 2'),
    Signature: name,
    SigningCertURL: name,
  })
  .superRefine(({ Type, Token, SubscribeURL }, { addIssue }) => {
    if (Type === 'Notification') return
    const missing = { Token, SubscribeURL }
    for (const [path, value] of Object.entries(missing))
      if (value === undefined) addIssue({ code: 'custom', path: [path], message: MISSING, input: value })
  })
export type SnsMessage = z.output<typeof snsMessageSchema>

/** Whether a body says of itself that SNS sent it; what it says is worth nothing before its signature is verified. */
export function isFromSns(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false
  const { Type, TopicArn }: { Type?: unknown; TopicArn?: unknown } = body
  return TopicArn !== undefined && TYPES.some((known) => known === Type)
}

const SIGNED = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const

/** What the signature of a message was made of: its members by name, each with its value, what is not there left out. */
export function signedText(message: SnsMessage): string {
  return SIGNED[message.Type]
    .flatMap((member) => {
      const value = message[member]
      return value === undefined ? [] : [`${member}\n${value}\n`]
    })
    .join('')
}

/** A region as AWS calls them, so that no bucket of anybody (`sns.s3-us-west-2.amazonaws.com`) passes for SNS. */
const HOST = /^sns\.([a-z]{2}(?:-[a-z]+)+-\d{1,2})\.amazonaws\.com(?:\.cn)?$/
const TOPIC = /^arn:aws(?:-[a-z]+)*:sns:([a-z0-9-]+):\d{12}:[\w.-]+$/
const MESSAGE_AGE_MAX_MS = DAY_MS

/** Why nothing is fetched for a message, whoever sent it: an address that is not that of SNS in the topic's region, or a time long past; null: nothing. */
export function snsProblem(message: SnsMessage, receivedAt: Instant): string | null {
  const region = TOPIC.exec(message.TopicArn)?.[1]
  if (region === undefined) return '"TopicArn" is not that of a topic of SNS.'
  if (!isSnsAddress(message.SigningCertURL, region, /^\/[\w-]+\.pem$/))
    return '"SigningCertURL" is no address of SNS in the region of the topic.'
  if (message.SubscribeURL !== undefined && !isSnsAddress(message.SubscribeURL, region, /^\/$/))
    return '"SubscribeURL" is no address of SNS in the region of the topic.'
  const at = parseEventTime(message.Timestamp) ?? 0
  if (at < receivedAt - MESSAGE_AGE_MAX_MS || isFuture(at, receivedAt)) return '"Timestamp" is more than a day ago, or in the future.'
  return null
}

function isSnsAddress(address: string, region: string, path: RegExp): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, port, username, password, pathname } = new URL(address)
  const isHost = HOST.exec(hostname)?.[1] === region
  return protocol === 'https:' && isHost && port === '' && username === '' && password === '' && path.test(pathname)
}
