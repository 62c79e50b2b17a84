import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import type { Found } from '#lib/connectors/kit/connector.ts'
import type { Context } from '#lib/db/context.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { aFlowContract } from '#lib/testing/catalogues/catalogue-texts.ts'
import { createDatabaseAt } from '#lib/testing/database/database.ts'
import { look, seen } from '#lib/testing/history/state-world.ts'
import { discovers } from '#lib/testing/worlds/found-world.ts'

/** One entity in three systems: a table, a model of dbt, and what a pipeline only tells of; a flow that reads the table, and what it makes. */
export const CUSTOMERS = {
  table: 'lake/crm.customer',
  model: 'dbt/customer',
  told: 'pipe/customer',
  consumer: 'lake/sales.customer',
} as const

/** What the first version of their contract promises, what is seen once a field has another name, and how that is told. */
export const PROMISED: readonly string[] = ['id integer', 'email text']
export const RENAMED: readonly string[] = ['id integer', 'mail text']
export const RENAMED_WORDS =
  'the field "email" is gone, perhaps renamed: "mail" came (promised by "CRM data office"; read by "Sales forecast")'

const CATALOGUE = `page: { name: CRM, zone: UTC }
connections:
  lake: { kind: postgres, url: "\${LAKE}" }
  dbt: { kind: postgres, url: "\${DBT}" }
  pipe: { kind: postgres, url: "\${PIPE}" }
groups:
  crm:
    feeds:
      customers:
        owner: CRM team
        policy: { kind: age, lateAfter: 3d, staleAfter: 6d, clock: writtenAt }
        contract: contracts/customer
        assets: { lake/crm.customer: { blindAfter: 90d }, dbt/customer: { blindAfter: 90d }, pipe/customer: { blindAfter: 90d } }
  sales:
    feeds:
      leads:
        owner: Sales team
        policy: { kind: age, lateAfter: 3d, staleAfter: 6d, clock: writtenAt }
        assets: { lake/sales.customer: { blindAfter: 90d } }
flows:
  leads: { requires: contract, schedule: "0 3 * * *" }
`

/** A version of the contract with these fields, as \`name type\`. */
export function aCustomerContract(version: string, fields: readonly string[], from?: string): { file: string; text: string } {
  const document = {
    apiVersion: 'v3.1.0',
    kind: 'DataContract',
    id: 'crm-customer',
    name: 'Customers',
    version,
    status: 'active',
    team: { name: 'CRM data office' },
    customProperties: [{ property: 'consumers', value: ['Sales forecast'] }],
    schema: [
      {
        name: 'customer',
        properties: fields.map((field) => {
          const [name, ...type] = field.split(' ')
          return { name, physicalType: type.join(' ') }
        }),
      },
    ],
    ...(from !== undefined && { slaProperties: [{ property: 'generalAvailability', value: from }] }),
  }
  return { file: `contracts/customer/v${version}.json`, text: JSON.stringify(document) }
}

const contracts = {
  ...campusContracts,
  flows: new Map([['leads', aFlowContract({ reads: [CUSTOMERS.table], writes: [CUSTOMERS.consumer] })]]),
}

/** Puts the catalogue into force, with these versions of the contract; without any it names none. */
export async function declareCustomers(ctx: Context, versions: readonly { file: string; text: string }[]): Promise<void> {
  const text = versions.length === 0 ? CATALOGUE.replace('        contract: contracts/customer\n', '') : CATALOGUE
  const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text }, ...versions], contracts)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  await syncCatalogue(ctx, loaded)
}

/** A database in which the first version is in force, and all is fresh. */
export async function customersAt(at: Instant) {
  const opened = await createDatabaseAt(at)
  await declareCustomers(opened.ctx, [aCustomerContract('1.0.0', PROMISED)])
  await customersAreFresh(opened.ctx)
  return opened
}

/** All three and what is made of them are fresh. */
export async function customersAreFresh(ctx: Context): Promise<void> {
  const now = ctx.clock.now()
  for (const key of Object.values(CUSTOMERS)) await look(ctx, [seen(key, { writtenAt: now })], key.split('/')[0])
}

function columnsOf(fields: readonly string[]) {
  return fields.map((field) => {
    const [name = '', ...type] = field.split(' ')
    return { name, type: type.join(' '), description: null }
  })
}

/** A discovery of a connection sees these columns of its customers. */
export async function discoversColumns(ctx: Context, key: string, fields: readonly string[], more: Partial<Found> = {}): Promise<void> {
  const [connection = '', ...path] = key.split('/')
  const found = {
    path: path.join('/'),
    kind: 'table' as const,
    name: 'Customers',
    settings: {},
    upstream: [],
    group: '',
    columns: columnsOf(fields),
  }
  await discovers(ctx, [{ ...found, policy: null, ...more }], { connection })
}

/** An event tells these columns of customers by a schema facet. */
export async function tellsColumns(ctx: Context, key: string, fields: readonly string[]): Promise<void> {
  const at = ctx.clock.now()
  await ctx.pool.query(
    `insert into push_dataset (namespace, name, told_at, facets, asset_id)
     select 'pipe', $1, $2, $3, id from subject where kind = 'asset' and key = $1
     on conflict (namespace, name) do update set told_at = excluded.told_at, facets = excluded.facets`,
    [key, new Date(at), JSON.stringify({ columns: { at, value: columnsOf(fields) } })],
  )
}
