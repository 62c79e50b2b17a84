import type { CatalogueAsset } from '#lib/catalogue/catalogue.ts'
import type { CatalogueText } from '#lib/catalogue/parse/catalogue-file.ts'
import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import { nameOfVersion } from '#lib/domain/contracts/contract-address.ts'
import type { KeptVersion } from '#lib/domain/contracts/kept-versions.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** What is known of an address that a contract is read from. */
export interface ContractAddress {
  url: string
  /** As it served them, the last one last; empty: it has never said anything that can be used. */
  versions: KeptVersion[]
  /** What tells whether it still says the same. */
  etag: string | null
  lastModified: string | null
}

/** The addresses that contracts of these assets are read from, each once. */
export function addressesOf(assets: readonly Pick<CatalogueAsset, 'contract'>[]): string[] {
  return [...new Set(assets.flatMap(({ contract }) => contract?.address ?? []))]
}

/** Follows exactly the addresses that contracts of these assets are read from; a new one is due at once. */
export async function syncContractAddresses(sql: Sql, now: Instant, assets: readonly CatalogueAsset[]): Promise<void> {
  const urls = addressesOf(assets)
  await sql.query('insert into contract_address (url, due_at) select url, $2 from unnest($1::text[]) x(url) on conflict do nothing', [
    urls,
    toText(now),
  ])
  await sql.query('delete from contract_address where url <> all($1::text[])', [urls])
}

/** The addresses that are to be asked now, the longest waiting first. */
export async function listDueAddresses(sql: Sql, now: Instant): Promise<string[]> {
  const { rows } = await sql.query<{ url: string }>('select url from contract_address where due_at <= $1 order by due_at, url', [
    toText(now),
  ])
  return rows.map(({ url }) => url)
}

/** Takes an address that is due until an instant, by which it is due again; null: nobody asks for it, or somebody else does. */
export async function takeAddress(sql: Sql, url: string, now: Instant, until: Instant): Promise<ContractAddress | null> {
  const { rows } = await sql.query<ContractAddress>(
    `update contract_address set due_at = $3 where url = $1 and due_at <= $2
     returning url, versions, etag, last_modified as "lastModified"`,
    [url, toText(now), toText(until)],
  )
  return rows[0] ?? null
}

/** Notes that an address said something that can be used, or (null) the same as before; answers whether that is in force, which other versions are not yet. */
export async function noteGoodAnswer(
  sql: Sql,
  url: string,
  at: Instant,
  { dueAt, said }: { dueAt: Instant; said: Pick<ContractAddress, 'versions' | 'etag' | 'lastModified'> | null },
): Promise<boolean> {
  const { rows } = await sql.query<{ isInForce: boolean }>(
    `update contract_address set good_at = $2, problem = null, problem_kind = null, problem_at = null, due_at = $3,
       versions = coalesce($4, versions), etag = case when $4::jsonb is null then etag else $5 end,
       last_modified = case when $4::jsonb is null then last_modified else $6 end,
       is_in_force = is_in_force and versions = coalesce($4, versions)
     where url = $1 returning is_in_force as "isInForce"`,
    [url, toText(at), toText(dueAt), said && toStorableJson(said.versions), said?.etag, said?.lastModified],
  )
  // One that was left out of the catalogue meanwhile is to come into force no more.
  return rows[0]?.isInForce ?? true
}

/** Notes what is wrong with an address: what it said before stays. It is so since it began, in whatever words. */
export async function noteAddressProblem(
  sql: Sql,
  url: string,
  at: Instant,
  { kind, words, dueAt }: { kind: 'silent' | 'bad'; words: string; dueAt: Instant },
): Promise<void> {
  await sql.query(
    `update contract_address set problem = $2, problem_kind = $3, problem_at = case when problem_kind = $3 then problem_at else $4::timestamptz end,
       due_at = $5 where url = $1`,
    [url, words, kind, toText(at), toText(dueAt)],
  )
}

export async function noteInForce(sql: Sql, url: string): Promise<void> {
  await sql.query('update contract_address set is_in_force = true where url = $1', [url])
}

/** What is read under a contract whose address has never said anything that can be used; `isBad`: it said something else. */
export interface UnreadContract {
  key: string
  problem: string | null
  isBad: boolean
}

/** What of that a flow reads, with why where the address was asked. */
export async function loadUnreadContracts(sql: Sql, flow: string): Promise<UnreadContract[]> {
  const { rows } = await sql.query<UnreadContract>(
    `select s.key, x.problem, coalesce(x.problem_kind = 'bad', false) as "isBad" from flow f
     cross join jsonb_array_elements_text(coalesce(f.settings -> 'reads', '[]')) r(key)
     join subject s on s.kind = 'asset' and s.key = r.key and s.removed_at is null
     join asset_contract c on c.asset_id = s.id and c.terms ? 'address' and c.terms -> 'versions' = '[]'
     left join contract_address x on x.url = c.terms ->> 'address'
     where f.name = $1 order by s.key`,
    [flow],
  )
  return rows
}

/** What addresses said, as texts of the catalogue that name them: each with the versions that it served before. */
export async function loadContractTexts(sql: Sql): Promise<CatalogueText[]> {
  const { rows } = await sql.query<Pick<ContractAddress, 'url' | 'versions'>>('select url, versions from contract_address order by url')
  return rows.flatMap(({ url, versions }) => textsOf(url, versions))
}

/** The texts of one address. */
export function textsOf(url: string, versions: readonly KeptVersion[]): CatalogueText[] {
  return versions.map(({ version, text, seenAt }, at) => {
    const file = at === versions.length - 1 ? url : nameOfVersion(url, version)
    return { file, text, ...(seenAt !== null && { firstSeenAt: seenAt }) }
  })
}
