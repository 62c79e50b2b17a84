import { createToken, tokenRequestSchema } from '#lib/access/tokens.ts'
import { asActor } from '#lib/db/context.ts'
import { findPerson } from '#lib/db/people/people.ts'
import { person } from '#lib/domain/access/actor.ts'
import type { Asker } from './actors.ts'
import { ask, eachOf } from './ask.ts'
import type { Matrix } from './orders.ts'
import type { Things } from './rules.ts'

const KINDS = ['feed', 'group', 'asset'] as const
type Kind = (typeof KINDS)[number]

const FORMS = { 'badge.svg': 200, frame: 403 }

const addressOf = (kind: Kind, things: Things, key: string) =>
  Object.keys(FORMS).map((form) => `/embed/${kind}s/${things[kind].split('/').map(encodeURIComponent).join('/')}/${form}${key}`)

/** A key of an admin for each kind of thing, brought by everybody to everything there is: it opens its own badge, and a frame where one may be, and no other address says anything. */
export async function faultsOfEmbeds({ ctx, url, world, names }: Matrix, askers: readonly Asker[]): Promise<string[]> {
  const admin = await findPerson(ctx.whole, { email: 'admin@example.edu' })
  if (admin === null) throw new Error('there is no admin')
  const make = (kind: Kind) => {
    const request = tokenRequestSchema.parse({ name: kind, kind: 'embed', shows: { kind, key: world.seen[kind] } })
    return createToken(asActor(ctx, person({ ...admin, audience: null })), request)
  }
  const keys = await Promise.all(KINDS.map(async (kind) => ({ of: kind, key: `?key=${(await make(kind)).token}` })))
  const own = keys.flatMap(({ of, key }) => addressOf(of, world.seen, key))
  const things = [world.common, world.seen, world.hidden, world.missing]
  const asked = ['', ...keys.map(({ key }) => key)].flatMap((key) =>
    KINDS.flatMap((kind) => things.flatMap((each) => addressOf(kind, each, key))),
  )
  const wrong: string[] = []
  await eachOf(
    asked.flatMap((path) => askers.map((asker) => ({ path, asker }))),
    async ({ path, asker }) => {
      const { status, text } = await ask(url, path, asker)
      const shown = /\/frame\b/.test(path) ? FORMS.frame : FORMS['badge.svg']
      if (status !== (own.includes(path) ? shown : 404) || names(text)) wrong.push(`${asker.name}: ${path}: ${status}`)
    },
  )
  return wrong
}
