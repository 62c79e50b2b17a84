import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Context } from '#lib/db/context.ts'
import { getSetting, putSetting } from '#lib/db/settings.ts'
import type { Message, Notifier, SendOutcome } from '#lib/notifiers/notifier.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { type Lookup, resolveSecrets } from '#lib/platform/secrets/secrets.ts'
import type { Receiver } from './decision.ts'

/** A channel with its settings resolved, or the reason why nothing can go out on it. */
export type Channel =
  | {
      open: true
      fingerprint: string
      wants: Notifier['wants']
      takes(message: Message): boolean
      send(message: Message, signal: AbortSignal): Promise<SendOutcome>
    }
  | { open: false; lasting: boolean; problem: string }

/** A receiver of what is told by routes, ready to be written to. */
export interface OpenedReceiver extends Pick<Receiver, 'routes' | 'reader'> {
  channel: Channel
  /** Several things may come as one. */
  gathers: boolean
  /** Messages a day; null: any number. */
  budget: number | null
}

const goneSchema = z.object({ fingerprint: z.string(), problem: z.string() })
const goneKey = (channel: string) => `channel-gone.${channel}`

/** Notes that the receiver wants nothing more, by the fingerprint of the settings: with other settings the channel is open again. */
export async function closeChannel(ctx: Context, channel: string, fingerprint: string, problem: string): Promise<void> {
  await putSetting(ctx.whole, goneKey(channel), { fingerprint, problem, at: new Date(ctx.clock.now()).toISOString() })
}

/** Opens a channel for one round of messages, with its settings as the catalogue has them (null: not any more); its secrets are resolved now, so a changed one counts at once. */
export async function openChannel(
  ctx: Context,
  { name, written }: { name: string; written: Record<string, unknown> | null },
  notifier: Notifier | undefined,
  lookup: Lookup,
): Promise<Channel> {
  if (written === null) return { open: false, lasting: true, problem: 'The catalogue names no such channel any more.' }
  if (notifier === undefined) return { open: false, lasting: true, problem: `There is no kind of channel for ${name}.` }
  try {
    const settings = notifier.settings.safeParse(resolveSecrets({ ...written }, lookup))
    if (!settings.success) {
      const issue = settings.error.issues[0]
      return { open: false, lasting: false, problem: `The settings of ${name} do not fit: ${issue?.path.join('.')} ${issue?.message}.` }
    }
    const fingerprint = createHash('sha256').update(JSON.stringify(settings.data)).digest('hex')
    const gone = goneSchema.safeParse(await getSetting(ctx.whole, goneKey(name)))
    if (gone.success && gone.data.fingerprint === fingerprint) return { open: false, lasting: true, problem: gone.data.problem }
    const takes = (message: Message) => !('type' in message) || notifier.takes?.(message) !== false
    const send = (message: Message, signal: AbortSignal) => notifier.send(settings.data, message, { clock: ctx.clock, signal })
    return { open: true, fingerprint, wants: notifier.wants, takes, send }
  } catch (error) {
    return { open: false, lasting: false, problem: toPublicMessage(error) }
  }
}
