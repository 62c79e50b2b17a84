import type { Asker } from './actors.ts'
import { addressOf, ROUTES } from './addresses.ts'
import { ask } from './ask.ts'
import { entriesAfter, lastEntry, type Matrix } from './orders.ts'
import { RULES, type Things } from './rules.ts'

/** The key of an asset at an address that holds it as one part, or its two parts apart. */
function thingsAt(route: string, things: Things): Things {
  const [connection = '', path = ''] = things.asset.split('/')
  return route.includes('[path]') ? { ...things, asset: connection, path } : things
}

/** What is wrong with what everybody is answered where another system hands something in: only a token for that is taken, with one entry in the audit. */
export async function faultsOfHandIns(matrix: Matrix, askers: readonly Asker[]): Promise<string[]> {
  const { url, world } = matrix
  await matrix.ctx.whole.query(
    `insert into connection_state (key, kind, probe_every_ms, settings) values ('pushed', 'dbt', 300000, '{"artifacts": "pushed"}')`,
  )
  await matrix.ctx.whole.query(`update flow set settings = jsonb_set(settings, '{on}', settings -> 'on' || '[{"kind": "push"}]')`)
  const before = await lastEntry(matrix)
  const doors = ROUTES.flatMap((route) => (RULES[route]?.handsIn?.methods ?? []).map((method) => ({ route, method })))
  const wrong: string[] = doors.length < 6 ? ['there are not even six addresses where something is handed in'] : []
  for (const { route, method } of doors) {
    const address = addressOf(route, thingsAt(route, world.seen))
    const body = JSON.stringify(RULES[route]?.handsIn?.body)
    const sent = method === 'GET' ? {} : { body, headers: { 'content-type': 'application/json' } }
    for (const asker of askers) {
      const { status } = await ask(url, address, asker, { method, ...sent })
      const wanted = asker.name === 'token that only hands in' ? [201] : [401, 403]
      if (!wanted.includes(status)) wrong.push(`${asker.name}: ${method} ${route}: ${status}`)
    }
  }
  const done = (await entriesAfter(matrix, before)).filter((entry) => entry.done).length
  return done === 1 ? wrong : [...wrong, `${done} entries say that something was done`]
}
