import { z } from 'zod'
import type { Catalogue, CatalogueChannel, CataloguePage, CatalogueTell } from '#lib/catalogue/catalogue.ts'
import { PLACES, ROUTED_EVENTS, type Route, SEVERITIES } from '#lib/domain/messages/route.ts'
import type { Context, Sql } from './context.ts'

/** What the catalogue says of the page, as last synced. */
const pageSchema = z.object({
  name: z.string(),
  zone: z.string(),
  readyBy: z.string(),
  url: z.string().nullable(),
  demo: z.boolean(),
  embedIn: z.array(z.string()).exactOptional(),
})

const tellSchema = z.object({
  email: z.object({ to: z.string(), from: z.string(), smtp: z.string() }).nullable(),
  webhook: z.object({ url: z.string(), secret: z.string() }).nullable(),
  heartbeat: z.object({ url: z.string(), everyMs: z.number() }).nullable(),
})

const DEFAULT_PAGE: CataloguePage = { name: 'Data status', zone: 'UTC', readyBy: '08:00', url: null, demo: false }
const NOBODY: CatalogueTell = { email: null, webhook: null, heartbeat: null }

/** The stored value, or undefined when nothing was ever stored under the key. */
export async function getSetting(sql: Sql, key: string): Promise<unknown> {
  const { rows } = await sql.query<{ value: unknown }>('select value from setting where key = $1', [key])
  return rows[0]?.value
}

/** Stores a value; it must survive JSON. */
export async function putSetting(sql: Sql, key: string, value: unknown): Promise<void> {
  await sql.query('insert into setting (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value', [
    key,
    JSON.stringify(value),
  ])
}

/** The page with the address that links start with: the catalogue's, else the one of the installation. */
export interface Page extends CataloguePage {
  url: string
}

/** Name, zone and ready-by time of the page, as the last synced catalogue says; defaults before the first sync. */
export async function getPage(sql: Sql): Promise<CataloguePage> {
  return toPage(await getSetting(sql, 'page'))
}

function toPage(value: unknown): CataloguePage {
  return pageSchema.safeParse(value).data ?? DEFAULT_PAGE
}

export async function getAddressedPage({ pool, publicUrl }: Pick<Context, 'pool' | 'publicUrl'>): Promise<Page> {
  const page = await getPage(pool)
  return { ...page, url: page.url ?? publicUrl }
}

/** Whom to tell, secrets still as references; nobody before the first sync. */
export async function getTell(sql: Sql): Promise<CatalogueTell> {
  return toTell(await getSetting(sql, 'tell'))
}

function toTell(value: unknown): CatalogueTell {
  return tellSchema.safeParse(value).data ?? NOBODY
}

/** The channels and routes of the catalogue in force, secrets still as references. */
export interface Routing {
  channels: CatalogueChannel[]
  routes: Route[]
}

const routingSchema = z.object({
  channels: z.array(
    z.object({ key: z.string(), kind: z.string(), budget: z.number().nullable(), settings: z.record(z.string(), z.unknown()) }),
  ),
  routes: z.array(
    z.object({
      to: z.array(z.string()),
      groups: z.array(z.string()),
      feeds: z.array(z.string()),
      owners: z.array(z.string()),
      severity: z.enum(SEVERITIES).nullable(),
      place: z.enum(PLACES).nullable(),
      events: z.array(z.enum(ROUTED_EVENTS)),
      zone: z.string(),
      quiet: z.object({ from: z.string(), to: z.string() }).nullable(),
      digest: z.array(z.string()),
      remindMs: z.number().nullable(),
    }),
  ),
})

/** Whom routes lead to; nobody before the first sync. */
export async function getRouting(sql: Sql): Promise<Routing> {
  return toRouting(await getSetting(sql, 'routing'))
}

function toRouting(value: unknown): Routing {
  return routingSchema.safeParse(value).data ?? { channels: [], routes: [] }
}

/** Page, `tell` and routing, in one statement. */
export async function getAllOfPage(sql: Sql): Promise<{ page: CataloguePage; tell: CatalogueTell; routing: Routing }> {
  const { rows } = await sql.query<{ key: string; value: unknown }>(
    "select key, value from setting where key in ('page', 'tell', 'routing')",
  )
  const stored = new Map(rows.map(({ key, value }) => [key, value]))
  return { page: toPage(stored.get('page')), tell: toTell(stored.get('tell')), routing: toRouting(stored.get('routing')) }
}

/** Stores what the catalogue says of channels and routes, in the transaction that makes it the one in force. */
export async function putRouting(sql: Sql, { channels = [], routes = [] }: Pick<Catalogue, 'channels' | 'routes'>): Promise<void> {
  await putSetting(sql, 'routing', { channels, routes } satisfies Routing)
}

/** The local day up to which (inclusive) the day rows are complete; null before the first roll-up. */
export async function getRolledUpThrough(sql: Sql): Promise<string | null> {
  const value = await getSetting(sql, 'rolled-up-through')
  return typeof value === 'string' ? value : null
}

/** Which version of the rules the kept history was made by; null before anything was. */
export async function getRulesVersion(sql: Sql): Promise<number | null> {
  const value = await getSetting(sql, 'rules-version')
  return typeof value === 'number' ? value : null
}

export function putRulesVersion(sql: Sql, version: number): Promise<void> {
  return putSetting(sql, 'rules-version', version)
}
