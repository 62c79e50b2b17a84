import { openWritten, toWritten, writtenSchema } from '#jobs/worker/connections.ts'
import { identitiesIn } from '#jobs/worker/identities.ts'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { type LoadedCatalogue, loadCatalogue } from '#lib/commands/catalogue/load-catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { keepFound } from '#lib/commands/discovery/keep-found.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import type { Context } from '#lib/db/context.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { environmentVariable } from '#lib/platform/env.ts'
import { CAMPUS_ZONE } from './stretch.ts'

/** Connections of which rules take over what is found. */
const FOUND = ['snowflake', 'dbt', 'looker']

/** Puts the catalogue at that path into force at the time of `ctx`, with what is found by then behind the systems that `variables` lead to. */
export async function putCatalogueInForce(ctx: Context, path: string, variables: Record<string, string>): Promise<void> {
  const extensions = await loadExtensions()
  const loaded = await loadCatalogue(path, extensions)
  if (!loaded.ok) throw new Error(loaded.problems.map((p) => `${p.file}:${p.line} ${p.problem}`).join('\n'))
  const tools = {
    connectors: extensions.connectors,
    lookup: (name: string) => variables[name] ?? environmentVariable(name),
    clock: systemClock,
    log: ctx.log,
  }
  const sync = () => {
    const { document, adoption } = loaded
    const adopting = adoption === null ? null : { ...adoption, identities: identitiesIn(document['connections'], tools) }
    return syncCatalogue(ctx, { ...loaded, readFrom: path, adoption: adopting })
  }
  await sync()
  const found = FOUND.filter((key) => loaded.catalogue.connections.some((connection) => connection.key === key))
  for (const key of found) await lookInto(ctx, tools, key, loaded)
  if (found.length > 0) await sync()
}

async function lookInto(
  ctx: Context,
  tools: Parameters<typeof openWritten>[0],
  key: string,
  { document }: LoadedCatalogue & { ok: true },
): Promise<void> {
  const connections = Object(document['connections'])
  const written = toWritten(writtenSchema.parse(connections[key]))
  const { connector, connection } = openWritten(tools, key, written, new AbortController().signal)
  await withSession(connector, connection, async (session) => {
    if (session.discover !== undefined) await keepFound(ctx, key, session.discover(CAMPUS_ZONE))
  })
}
