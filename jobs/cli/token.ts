import { allTokens, createTokenFor, endToken, tokenRequestSchema } from '#lib/access/tokens.ts'
import { TOKEN_DAYS, TOKEN_DAYS_MAX } from '#lib/domain/access/token-rules.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { withDatabase } from './databases.ts'
import { type CommandLine, defineVerb, readArguments } from './verb.ts'

const OPTIONS = {
  owner: { type: 'string' },
  scope: { type: 'string', multiple: true },
  audience: { type: 'string' },
  days: { type: 'string' },
  address: { type: 'boolean' },
} as const

type Given = ReturnType<typeof readArguments<typeof OPTIONS>>['values']

async function create(command: CommandLine, name: string, { owner, scope, audience, days, address }: Given): Promise<number> {
  if (owner === undefined) throw new TidemarkError('invalid', { publicMessage: 'Say whose it is: --owner <e-mail>.' })
  const parsed = tokenRequestSchema.safeParse({
    name,
    kind: address === true ? 'address' : 'token',
    ...(scope !== undefined && { scopes: scope }),
    ...(audience !== undefined && { audience }),
    ...(days !== undefined && { days: Number(days) }),
  })
  if (!parsed.success)
    throw new TidemarkError('invalid', {
      publicMessage: parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}.`).join(' '),
    })
  const made = await withDatabase(command, (ctx) => createTokenFor(ctx, owner, parsed.data))
  command.terminal.print(made.token)
  command.terminal.note(
    `This is the only time it is told. It ends on ${new Date(made.expiresAt).toISOString().slice(0, 10)}; "tidemark token end ${made.id}" ends it now.`,
  )
  return 0
}

async function list(command: CommandLine): Promise<number> {
  const now = command.clock.now()
  const tokens = await withDatabase(command, (ctx) => allTokens(ctx))
  const live = tokens.filter(({ endedAt, expiresAt }) => endedAt === null && expiresAt > now)
  if (live.length === 0) command.terminal.note('There is no token.')
  for (const { id, hint, name, ownerName, scopes, kind, expiresAt, shows } of live) {
    const what = shows !== null ? `shows ${shows.kind}:${shows.key}` : kind === 'address' ? 'address' : scopes.join(', ')
    command.terminal.print(`${id}  …${hint}  ${name} of ${ownerName} (${what}), until ${new Date(expiresAt).toISOString().slice(0, 10)}`)
  }
  return 0
}

async function end(command: CommandLine, id: string): Promise<number> {
  await withDatabase(command, (ctx) => endToken(ctx, id))
  command.terminal.print('The token has ended.')
  return 0
}

export default defineVerb({
  usage: 'list | end <id> | create <name> --owner <e-mail> [--scope read|run|push …] [--days n] [--audience name] [--address]',
  summary: 'Make, list and end tokens for programs.',
  details: [
    `A token is told once. It may do and see what its owner may, as far as its scopes go; it ends after ${TOKEN_DAYS} days, or as said, ${TOKEN_DAYS_MAX} at most.`,
    '--address makes a key for the addresses /feed.atom?key=… and /api/v1/status?key=…, for readers that cannot send headers. A sender of pushes that cannot has a token with the scope push alone in /api/v1/flows/<flow>/push?key=….',
  ].join('\n'),
  async run(args, command) {
    const { values, positionals } = readArguments(args, OPTIONS, { least: 1, most: 2 })
    const [what, word] = positionals
    if (what === 'list' && word === undefined) return list(command)
    if (what === 'create' && word !== undefined) return create(command, word, values)
    if (what === 'end' && word !== undefined) return end(command, word)
    throw new TidemarkError('invalid', { publicMessage: 'Write list, create <name> or end <id>. Add --help to see how it is written.' })
  },
})
