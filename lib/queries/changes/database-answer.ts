import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { isDiskFull, type TroubleKind } from '#lib/platform/postgres/server-trouble.ts'

/** How long a reader waits for the database before being told what was last known. */
export const PATIENCE_MS = 3 * SECOND_MS

/** What a trouble of the server means, in words for the page. */
export const TROUBLE_WORDS: Record<TroubleKind, string> = {
  'disk-full': 'The disk of the database server is full: nothing new can be written.',
  'connections-used-up': 'All connections of the database server are in use: it lets nobody else in.',
}

const SILENT = `The database has not answered for ${PATIENCE_MS / SECOND_MS} s: it is frozen, overloaded or cut off.`

const WORDS: Record<string, string> = {
  '53300': TROUBLE_WORDS['connections-used-up'],
  '57P01': 'The database is being stopped.',
  '57P02': 'The database has crashed and is starting again.',
  '57P03': 'The database is starting or stopping.',
  '28P01': 'The database refuses our password.',
  '3D000': 'The database does not exist.',
  ECONNREFUSED: 'Nothing answers at the address of the database.',
}

const SLICES = 6

/** Three seconds in short sleeps: what this process itself slept through, or was too busy to hear, counts as no more than one of them. */
async function patience(clock: Clock, over: AbortSignal): Promise<void> {
  for (let slice = 0; slice < SLICES && !over.aborted; slice += 1) await clock.sleep(PATIENCE_MS / SLICES, over)
}

/** What a question gives, or an error when there is no answer within three seconds. The question itself is left to end by its own limit. */
export async function withinPatience<T>(clock: Clock, question: Promise<T>): Promise<T> {
  const over = new AbortController()
  question.catch(() => {})
  const silence = patience(clock, over.signal).then((): never => {
    throw new TidemarkError('timeout', { publicMessage: SILENT, retryable: true })
  })
  silence.catch(() => {})
  try {
    return await Promise.race([question, silence])
  } finally {
    over.abort()
  }
}

/** Why the database cannot be asked, in words for the page. */
export function databaseProblem(error: unknown): string {
  if (error instanceof TidemarkError) return error.publicMessage
  if (isDiskFull(error)) return TROUBLE_WORDS['disk-full']
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (error instanceof Error && /timeout/i.test(error.message)) return SILENT
  return WORDS[code] ?? 'The database cannot be asked.'
}
