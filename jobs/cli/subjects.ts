import type { Context } from '#lib/db/context.ts'
import { getSubject, type Subject, type SubjectKind } from '#lib/db/subjects.ts'
import { TidemarkError } from '#lib/platform/errors.ts'

const KINDS: readonly SubjectKind[] = ['feed', 'group', 'asset']

/** `feed:terms`, or a key alone when only one thing has it. */
function readSubject(words: string): { kinds: readonly SubjectKind[]; key: string } {
  const kind = KINDS.find((each) => words.startsWith(`${each}:`))
  return kind === undefined ? { kinds: KINDS, key: words } : { kinds: [kind], key: words.slice(kind.length + 1) }
}

/** The feed, group or asset somebody named; refused when there is none, or more than one. */
export async function requireSubject(ctx: Context, words: string): Promise<Subject> {
  const { kinds, key } = readSubject(words)
  const all = await Promise.all(kinds.map((kind) => getSubject(ctx.pool, kind, key)))
  const found = all.flatMap((subject) => (subject === undefined || subject.removedAt !== null ? [] : [subject]))
  const [first, second] = found
  if (first === undefined)
    throw new TidemarkError('not-found', { publicMessage: `There is no ${kinds.join(', ')} "${key}" in the catalogue.` })
  if (second !== undefined) {
    const choices = found.map((subject) => `${subject.kind}:${subject.key}`).join(' or ')
    throw new TidemarkError('invalid', { publicMessage: `"${key}" is more than one thing. Write ${choices}.` })
  }
  return first
}
