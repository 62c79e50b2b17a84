import type { Context } from '#lib/db/context.ts'
import type { Asked } from '../attack/ask.ts'
import type { Asker, World } from './actors.ts'
import { addressOf, getsThrough, ROUTES } from './addresses.ts'
import { ask } from './ask.ts'
import { RULES, type Things } from './rules.ts'

/** The page that is asked, and what there is. */
export interface Matrix {
  ctx: Context
  url: string
  world: World
  names(text: string): boolean
}

export const SIGN_OUT = '/api/sign-out'

/** Where something can be ordered. The door looks at few tries to sign in at a time: those stand far apart, so that none waits for its turn. Signing out comes last: it ends the session that everything else is asked by. */
export function ordersInTurn(): string[] {
  const routes = ROUTES.filter((route) => RULES[route]?.order !== undefined && route !== SIGN_OUT)
  const tries = routes.filter((route) => route.startsWith('/api/sign-in'))
  const others = routes.filter((route) => !tries.includes(route))
  const between = Math.ceil(others.length / tries.length)
  return [...tries.flatMap((route, index) => [route, ...others.slice(index * between, (index + 1) * between)]), SIGN_OUT]
}

/** The entries that the audit has got since an earlier one. */
export async function entriesAfter({ ctx }: Pick<Matrix, 'ctx'>, id: number): Promise<{ id: number; done: boolean }[]> {
  const { rows } = await ctx.whole.query<{ id: number; done: boolean }>(
    'select id::float8 as id, refusal is null as done from audit where id > $1 order by id',
    [id],
  )
  return rows
}

export async function lastEntry({ ctx }: Pick<Matrix, 'ctx'>): Promise<number> {
  const { rows } = await ctx.whole.query<{ id: string }>('select coalesce(max(id), 0)::text as id from audit')
  return Number(rows[0]?.id)
}

const isDone = ({ status, location }: { status: number; location: string }) => status < 400 && !location.includes('said=')
const FORM = 'application/x-www-form-urlencoded'

/** Gives an order as a form does; what is wrong with what became of it. */
export async function faultsOfOrder(matrix: Matrix, route: string, asker: Asker, things: Things): Promise<string[]> {
  const { url, world, names } = matrix
  const { by, fields } = RULES[route]?.order ?? { by: 'open' }
  const before = await lastEntry(matrix)
  const headers = { origin: url, 'content-type': FORM }
  const body = new URLSearchParams(fields?.(things) ?? {})
  const answer = await ask(url, addressOf(route, things), asker, { method: 'POST', headers, body })
  const { status, location, text } = answer
  const found = await entriesAfter(matrix, before)
  const entries = found.length
  // What is done leads to a page that says so, like what is refused: the audit tells them apart.
  const wasDone = isDone(answer) || found.some(({ done }) => done)
  // Who has no session is as good as signed out: nothing was ordered.
  const expected = route === SIGN_OUT && location.includes('said=') && entries === 0 ? 0 : 1
  return [
    ...(entries === expected ? [] : [`${entries} entries`]),
    ...(status >= 500 ? ['broke'] : []),
    ...(!asker.seesAll && things !== world.hidden && names(text) ? ['names what is hidden'] : []),
    ...(wasDone && getsThrough(asker, by) !== true ? ['done without the right'] : []),
    ...(wasDone && things === world.hidden && by === 'engineer' ? ['done to what is hidden'] : []),
  ].map((fault) => `${asker.name}: POST ${addressOf(route, things)}: ${status} ${location}: ${fault}`)
}

/** An order that cannot be read, and one that another page lets a browser send. */
function badOrders({ url, world }: Matrix, route: string): Record<string, Asked> {
  const body = new URLSearchParams(RULES[route]?.order?.fields?.(world.seen) ?? {})
  return {
    malformed: { headers: { origin: url, 'content-type': 'application/json' }, body: '{"for": [' },
    foreign: { headers: { origin: 'https://elsewhere.example', 'content-type': FORM }, body },
  }
}

/** What is wrong with what becomes of orders that are none: each leaves one entry, which says that nothing was done. */
export async function faultsOfBadOrders(matrix: Matrix, route: string, askers: readonly Asker[]): Promise<string[]> {
  const { url, world, names } = matrix
  const before = await lastEntry(matrix)
  const sent = askers.flatMap((asker) => Object.entries(badOrders(matrix, route)).map(([way, init]) => ({ asker, way, init })))
  const answers = await Promise.all(
    sent.map(async ({ asker, way, init }) => {
      const answer = await ask(url, addressOf(route, world.seen), asker, { method: 'POST', ...init })
      return { ...answer, asker, way }
    }),
  )
  const entries = await entriesAfter(matrix, before)
  const faults = answers.flatMap((answer) => [
    ...(isDone(answer) ? [`${answer.asker.name}: a ${answer.way} order was done: ${answer.status}`] : []),
    ...(!answer.asker.seesAll && names(answer.text) ? [`${answer.asker.name}: a ${answer.way} order is told what is hidden`] : []),
  ])
  if (entries.length !== sent.length) faults.push(`${entries.length} entries for ${sent.length} orders that are none`)
  if (entries.some(({ done }) => done)) faults.push('an entry says of an order that is none that it was done')
  return faults.map((fault) => `POST ${route}: ${fault}`)
}

/** What a mail program is answered that asks twice for an end to everything by the link in a letter, and how many subscribers are left. */
export async function leaveByLink({ ctx, url, world }: Matrix): Promise<{ answers: number[]; left: number | null }> {
  await ctx.whole.query(
    `with u as (insert into subscriber (email, token, created_at) values ('eve@example.org', 'eves-link', now()) returning id)
     insert into subscription (subscriber_id, subject_id, asked_at, confirmed_at) select u.id, s.id, now(), now() from u, subject s where s.key = $1`,
    [world.common.feed],
  )
  const order = { method: 'POST', headers: { origin: 'https://mail.example', 'content-type': FORM }, body: 'List-Unsubscribe=One-Click' }
  const leave = async () => (await ask(url, '/api/subscriptions/eves-link/leave', { headers: {} }, order)).status
  const answers = [await leave(), await leave()]
  return { answers, left: (await ctx.whole.query(`select from subscriber where token = 'eves-link'`)).rowCount }
}
