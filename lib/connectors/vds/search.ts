import { z } from 'zod'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

export const vdsRequest = z.strictObject({
  path: z.string().optional(),
  filter: z.string().regex(/^\(.*\)$/s, 'is not an LDAP filter; write one such as (PersonPrimaryAffiliation=faculty)'),
  /** Where the search starts; the connection's base when absent. */
  base: z.string().min(1).optional(),
  scope: z.enum(['base', 'one', 'sub']).default('sub'),
  /** Names as they are wanted in the answer; absent: all that the directory gives by itself. */
  attributes: z
    .array(z.string().regex(/^[\w;.-]+$/))
    .nonempty()
    .optional(),
  /** So many entries at most. An answer that reaches it is refused, because nobody can say whether it is whole. */
  sizeLimit: z.int().min(1).optional(),
})
export type VdsRequest = z.infer<typeof vdsRequest>

/** An asset of the directory is a search; without a filter we only see that we get in. */
export const vdsAssetSettings = vdsRequest.omit({ path: true }).partial({ filter: true, scope: true })

/** One entry that was found; every attribute is a list, binary values are in base64. */
export interface DirectoryEntry {
  dn: string
  attributes: Record<string, string[]>
}

/** The answer is not whole: the directory says so, or it holds exactly as many entries as were allowed. */
export function truncated(system: string, because: string): TidemarkError {
  return new TidemarkError('refused', {
    publicMessage: `The answer of ${system} is not complete: ${because}. Ask for less with a narrower filter, or have the limit raised.`,
  })
}

export async function* withinLimit<T>(system: string, entries: AsyncIterable<T>, sizeLimit: number | undefined): AsyncGenerator<T> {
  let count = 0
  for await (const entry of entries) {
    yield entry
    count += 1
    if (count === sizeLimit) throw truncated(system, `it reached the size limit of ${sizeLimit} entries`)
  }
}

/** The attributes under the names that were asked for, whatever case the directory writes them in. */
export function renamed(attributes: Record<string, string[]>, wanted: readonly string[] | undefined): Record<string, string[]> {
  if (wanted === undefined) return attributes
  const names = new Map(wanted.map((name) => [name.toLowerCase(), name]))
  return Object.fromEntries(Object.entries(attributes).map(([name, values]) => [names.get(name.toLowerCase()) ?? name, values]))
}

/** What LDAP's result codes mean, for people. */
export function codeError(system: string, code: number): TidemarkError {
  if (code === 4) return truncated(system, 'the directory stopped at its own size limit (LDAP code 4)')
  const words = CODES[code] ?? 'The directory did not accept the request.'
  const isPassing = PASSING.has(code)
  return new TidemarkError(isPassing ? 'unavailable' : 'refused', {
    publicMessage: `${system}: ${words} (LDAP code ${code})`,
    retryable: isPassing,
    systemWide: code === 49 || code === 51 || code === 52,
    ...(code === 32 ? { lasting: 'gone' as const } : code === 50 ? { lasting: 'refused' as const } : {}),
  })
}

const PASSING = new Set([1, 3, 51, 52, 80])

const CODES: Record<number, string> = {
  1: 'The directory had an error of its own.',
  3: 'The directory ran out of time for this search.',
  10: 'The directory sends us elsewhere; referrals are never followed, because credentials stay with their host.',
  11: 'The directory stopped at a limit of its administrator. Pages may be too large for it, or switched off; a smaller pageSize may do.',
  12: 'The directory cannot give its answer in pages.',
  32: 'The base of the search does not exist there, or the account may not see it.',
  49: 'The directory refused the DN or its password. Check the connection’s user and password.',
  50: 'The account may not search there.',
  51: 'The directory is busy.',
  52: 'The directory is not available.',
  53: 'The directory is unwilling to do that.',
  80: 'The directory had an error of its own.',
}
