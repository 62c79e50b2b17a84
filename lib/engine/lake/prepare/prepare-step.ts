import type { Clock } from '#lib/platform/clock.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { sqlState, toLakeError } from '../lake-error.ts'

/** One thing that the lake needs, how it was found, and how that it works was tried. */
export interface PrepareStep {
  kind: 'database' | 'file' | 'schema' | 'table' | 'role' | 'access'
  name: string
  /** `later`: it is not there, and comes with the first load. */
  outcome: 'made' | 'there' | 'later' | 'failed'
  /** What was tried, in words; of what failed why it did. */
  said: string
  tookMs: number
}

type Done = Pick<PrepareStep, 'outcome' | 'said'>

/** Does one step and measures it; what it throws is how it failed. */
export async function prepareStep(
  { clock }: { clock: Clock },
  kind: PrepareStep['kind'],
  name: string,
  work: () => Promise<Done>,
): Promise<PrepareStep> {
  const since = clock.now()
  const done = await work().catch((error: unknown): Done => ({ outcome: 'failed', said: whyFailed(error) }))
  return { kind, name, ...done, tookMs: clock.now() - since }
}

const WORDS: Record<string, string> = {
  '28P01': 'The server refuses the account or its password.',
  '28000': 'The server does not let this account in.',
  '42501': 'The account may not do this.',
  '42P01': 'There is no such table.',
  '3F000': 'There is no such schema.',
}

function whyFailed(error: unknown): string {
  const known = toLakeError(error)
  const said = WORDS[sqlState(error)]
  if (said === undefined) return toPublicMessage(known)
  return error instanceof Error ? `${said} (${error.message})` : said
}
