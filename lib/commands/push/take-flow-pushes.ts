import { acceptFilesWithin } from '#lib/commands/inbox/accept-files.ts'
import { triggerRun } from '#lib/commands/inbox/trigger-run.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { listWaitingPushes, lockPush, noteNotTaken, noteRefused, noteTaken, type WaitingPush } from '#lib/db/push/push-inbox.ts'
import { isFromSns, type SnsMessage, snsMessageSchema } from '#lib/domain/push/sns-message.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'
import { isDatabaseGone } from '#lib/platform/postgres/database-gone.ts'
import { flowPushSchema, loadPushedFlow, readPush } from './accept-flow-push.ts'

/** What has to be asked of SNS. */
export interface Notifications {
  /** Throws `refused` for a message that SNS did not sign, another error while that cannot be told. */
  verify(message: SnsMessage, receivedAt: Instant, signal: AbortSignal): Promise<void>
  /** Tells SNS that the messages of a topic are wanted. */
  confirm(message: SnsMessage, signal: AbortSignal): Promise<void>
}

const BATCH = 100
/** What cannot be told whether it is to be taken is asked again for so long. */
const GIVEN_UP_AFTER_MS = DAY_MS

/**
 * Carries over what was pushed to flows, in the order in which it came: files into their inboxes, else a run is asked for; each in one transaction with the note
 * that it was. What claims to come from SNS is verified first. One that cannot be carried over holds up no other. Answers how many were.
 */
export async function takeFlowPushes(ctx: Context, notifications: Notifications, signal: AbortSignal): Promise<number> {
  let taken = 0
  let isSnsSilent = false
  for await (const push of waitingPushes(ctx)) {
    if (signal.aborted) break
    const end = await takeOne(ctx, push, isSnsSilent ? null : notifications, signal)
    if (end === 'taken') taken += 1
    if (end === 'SNS is silent') isSnsSilent = true
  }
  return taken
}

async function* waitingPushes({ whole }: Context): AsyncGenerator<WaitingPush> {
  for (let after: string | undefined = '0'; after !== undefined; ) {
    const waiting: WaitingPush[] = await listWaitingPushes(whole, after, BATCH)
    yield* waiting
    after = waiting.length < BATCH ? undefined : waiting.at(-1)?.id
  }
}

type End = 'taken' | 'left' | 'SNS is silent'

/** `notifications` null: SNS did not answer a moment ago, and what takes its word is left for later. */
async function takeOne(ctx: Context, push: WaitingPush, notifications: Notifications | null, signal: AbortSignal): Promise<End> {
  try {
    const { flow, sent } = flowPushSchema.parse(push.body)
    if (!isFromSns(sent)) return await carryOver(ctx, push, { flow, sent, isWanted: true })
    if (notifications === null) return 'left'
    const isWanted = await isNotification(snsMessageSchema.parse(sent), push.receivedAt, notifications, signal)
    return await carryOver(ctx, push, { flow, sent, isWanted })
  } catch (error) {
    if (signal.aborted) return 'left'
    if (isDatabaseGone(error)) throw error
    return noteProblem(ctx, push, error)
  }
}

/** What SNS does not tell now is asked again for a while; any other refusal is for good, and a surprise is tried a few times. */
async function noteProblem(ctx: Context, { id, receivedAt }: WaitingPush, error: unknown): Promise<End> {
  ctx.log.warn('what was pushed to a flow could not be carried over', { push: id, error: toInternalMessage(error) })
  const problem = toPublicMessage(error)
  const isSilence = isTidemarkError(error) && error.retryable
  if (!isTidemarkError(error)) await noteNotTaken(ctx.whole, id, problem)
  else if (!isSilence || ctx.clock.now() - receivedAt > GIVEN_UP_AFTER_MS) await noteRefused(ctx.whole, id, problem)
  return isSilence ? 'SNS is silent' : 'left'
}

/** False for what SNS sends of its subscriptions; one that begins is confirmed. */
async function isNotification(
  message: SnsMessage,
  receivedAt: Instant,
  notifications: Notifications,
  signal: AbortSignal,
): Promise<boolean> {
  await notifications.verify(message, receivedAt, signal)
  if (message.Type === 'SubscriptionConfirmation') await notifications.confirm(message, signal)
  return message.Type === 'Notification'
}

interface OpenedPush {
  flow: string
  sent: unknown
  isWanted: boolean
}

/** Carries a push over, unless another worker has it. */
async function carryOver(ctx: Context, { id }: WaitingPush, { flow, sent, isWanted }: OpenedPush): Promise<End> {
  return withTransaction(ctx, async (sql) => {
    if (!(await lockPush(sql, id))) return 'left'
    const now = ctx.clock.now()
    if (isWanted && !(await takeSent(sql, now, flow, sent))) return 'left'
    await noteTaken(sql, [id], now)
    return 'taken'
  })
}

/** False while too many runs of the flow wait already. */
async function takeSent(sql: Sql, now: Instant, flow: string, sent: unknown): Promise<boolean> {
  const pushed = await loadPushedFlow(sql, flow)
  if (pushed === null) throw new TidemarkError('not-found', { publicMessage: `The flow ${flow} may no longer be pushed to.` })
  const read = readPush(pushed, sent)
  if ('parameters' in read) return (await triggerRun(sql, now, { flow, trigger: 'push', body: read.parameters })) !== null
  for (const source of new Set(pushed.files.map((file) => file.source)))
    await acceptFilesWithin(sql, now, { flow, source, files: read.files })
  return true
}
