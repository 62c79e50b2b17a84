import { Client } from 'pg'
import { parseCatalogueText } from '#lib/catalogue/parse/catalogue-file.ts'
import { childOf } from '#lib/catalogue/parse/node.ts'
import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import { readCatalogueTexts } from '#lib/commands/catalogue/read-catalogue.ts'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'

const PATIENCE_MS = 5000

export type Access = 'private' | 'public'

interface AcceptedAccess {
  version: number
  access: Access
}

export async function acceptedAccess(databaseUrl: string): Promise<AcceptedAccess | null> {
  const client = new Client({
    connectionString: databaseUrl,
    application_name: 'tidemark launcher',
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    const answer = await client.query<{ version: number; access: string | null }>(
      `select id as version, document->>'access' as access from ${IN_FORCE} v`,
    )
    const last = answer.rows[0]
    return last === undefined ? null : { version: last.version, access: last.access === 'public' ? 'public' : 'private' }
  } finally {
    await client.end().catch(() => {})
  }
}

async function isGood(config: string): Promise<boolean> {
  const read = await readCatalogueTexts(config)
  if (!read.ok) return false
  // Loading the connectors takes long, and is rarely needed: only where the files differ from what is in force.
  const { loadExtensions } = await import('#jobs/worker/load-extensions.ts')
  return loadCatalogueTexts(read.texts, await loadExtensions()).ok
}

/** What the files alone say, public only where none says otherwise; null when one cannot be read. */
async function writtenAccess(config: string): Promise<Access | null> {
  const read = await readCatalogueTexts(config)
  if (!read.ok) return null
  const parsed = read.texts.map(parseCatalogueText)
  if (parsed.some(({ root, problems }) => root === null && problems.length > 0)) return null
  const named = parsed.flatMap(({ root }) => childOf(root ?? undefined, 'access') ?? [])
  return named.length > 0 && named.every(({ value }) => value === 'public') ? 'public' : 'private'
}

/** The access to begin with: that of the files if they are a good catalogue, which is about to be accepted; else of the one in force.
 * Where none is in force, what readable files say counts. */
export async function firstAccess(config: string | undefined, accepted: AcceptedAccess | null): Promise<Access> {
  const inForce = accepted?.access ?? 'private'
  const written = config === undefined ? null : await writtenAccess(config)
  if (config === undefined || written === null || written === inForce) return inForce
  return accepted === null || (await isGood(config)) ? written : inForce
}
