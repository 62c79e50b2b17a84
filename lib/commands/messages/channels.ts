import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Context } from '#lib/db/context.ts'
import { getNote, getTell, putNote } from '#lib/db/settings.ts'
import type { Notifier, SendOutcome, StatusMessage } from '#lib/notifiers/notifier.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { type Lookup, resolveSecrets } from '#lib/platform/secrets/secrets.ts'

/** A channel with its settings resolved, or the reason why nothing can go out on it. */
export type Channel =
  | { open: true; fingerprint: string; wants: Notifier['wants']; send(message: StatusMessage, signal: AbortSignal): Promise<SendOutcome> }
  | { open: false; lasting: boolean; problem: string }

const goneSchema = z.object({ fingerprint: z.string(), problem: z.string() })
const goneKey = (channel: string) => `channel-gone.${channel}`

/** Notes that the receiver wants nothing more, by the fingerprint of the settings: with other settings the channel is open again. */
export async function closeChannel(ctx: Context, channel: string, fingerprint: string, problem: string): Promise<void> {
  await putNote(ctx, goneKey(channel), { fingerprint, problem, at: new Date(ctx.clock.now()).toISOString() })
}

/** Opens a channel for one round of messages; its secrets are resolved now, so a changed one counts at once. */
export async function openChannel(ctx: Context, name: string, notifier: Notifier | undefined, lookup: Lookup): Promise<Channel> {
  const written = new Map(Object.entries(await getTell(ctx.pool))).get(name) ?? null
  if (written === null) return { open: false, lasting: true, problem: 'The catalogue names no such channel any more.' }
  if (notifier === undefined) return { open: false, lasting: true, problem: `There is no channel of the kind ${name}.` }
  try {
    const settings = notifier.settings.safeParse(resolveSecrets({ ...written }, lookup))
    if (!settings.success) {
      const issue = settings.error.issues[0]
      return { open: false, lasting: false, problem: `The settings of ${name} do not fit: ${issue?.path.join('.')} ${issue?.message}.` }
    }
    const fingerprint = createHash('sha256').update(JSON.stringify(settings.data)).digest('hex')
    const gone = goneSchema.safeParse(await getNote(ctx, goneKey(name)))
    if (gone.success && gone.data.fingerprint === fingerprint) return { open: false, lasting: true, problem: gone.data.problem }
    const send = (message: StatusMessage, signal: AbortSignal) => notifier.send(settings.data, message, { clock: ctx.clock, signal })
    return { open: true, fingerprint, wants: notifier.wants, send }
  } catch (error) {
    return { open: false, lasting: false, problem: toPublicMessage(error) }
  }
}
