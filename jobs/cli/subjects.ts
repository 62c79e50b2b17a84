import type { WindowSubject } from '#lib/commands/windows/matter.ts'
import { getSubject, type SubjectKind } from '#lib/db/catalogue/subjects.ts'
import type { Context } from '#lib/db/context.ts'
import { hasFlow } from '#lib/db/runs/flows.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

const KINDS: readonly WindowSubject['kind'][] = ['feed', 'group', 'asset', 'flow']

interface Pausable extends WindowSubject {
  name: string
}

function readSubject(words: string): { kinds: readonly WindowSubject['kind'][]; key: string } {
  const kind = KINDS.find((each) => words.startsWith(`${each}:`))
  return kind === undefined ? { kinds: KINDS, key: words } : { kinds: [kind], key: words.slice(kind.length + 1) }
}

async function find(ctx: Context, kind: WindowSubject['kind'], key: string): Promise<Pausable[]> {
  if (kind === 'flow') return (await hasFlow(ctx.pool, key)) ? [{ kind, key, name: `The flow ${key}` }] : []
  return findSubject(ctx, kind, key)
}

async function findSubject(ctx: Context, kind: SubjectKind, key: string): Promise<Pausable[]> {
  const found = await getSubject(ctx.pool, kind, key)
  return found === undefined || found.removedAt !== null ? [] : [{ kind, key, name: found.name }]
}

export async function requirePausable(ctx: Context, words: string): Promise<Pausable> {
  const { kinds, key } = readSubject(words)
  const found = (await Promise.all(kinds.map((kind) => find(ctx, kind, key)))).flat()
  const [first, second] = found
  if (first === undefined)
    throw new TidemarkError('not-found', { publicMessage: `There is no ${kinds.join(', ')} "${key}" in the catalogue.` })
  if (second !== undefined) {
    const choices = found.map((subject) => `${subject.kind}:${subject.key}`).join(' or ')
    throw new TidemarkError('invalid', { publicMessage: `"${key}" is more than one thing. Write ${choices}.` })
  }
  return first
}
