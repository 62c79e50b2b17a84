/** A job of dbt Cloud: what it is called, when it runs, about how long, with which commands. */
export interface Job {
  id: number
  name: string
  cron: string
  seconds: number
  steps: readonly string[]
}

const load = (folder: string) => [`Invoke dbt with \`dbt build --fail-fast --select path:models/load/${folder}\``]

/** The loads come first, each by itself; what is made of them follows at its own hour, whether or not they went well. */
export const JOBS: readonly Job[] = [
  { id: 101, name: 'Load the shop', cron: '30 1 * * *', seconds: 540, steps: load('shop') },
  { id: 102, name: 'Load payments', cron: '40 1 * * *', seconds: 180, steps: load('payments') },
  { id: 103, name: 'Load the CRM', cron: '45 1 * * *', seconds: 75, steps: load('crm') },
  { id: 104, name: 'Load web events', cron: '10 */6 * * *', seconds: 420, steps: load('web') },
  { id: 105, name: 'Load advertising', cron: '50 1 * * *', seconds: 60, steps: load('ads') },
  {
    id: 201,
    name: 'Build staging',
    cron: '15 2 * * *',
    seconds: 360,
    steps: ['Invoke dbt with `dbt source freshness`', 'Invoke dbt with `dbt build --fail-fast --select path:models/staging`'],
  },
  {
    id: 301,
    name: 'Build marts',
    cron: '0 3 * * *',
    seconds: 780,
    steps: ['Invoke dbt with `dbt build --fail-fast --select path:models/marts`'],
  },
]

/** The job that measures the sources, in its first step. */
export const MEASURES = 201

/** A table or view that dbt makes, as `SCHEMA.TABLE`. */
export interface Model {
  id: string
  name: string
  job: number
  relation: string
  folder: string
  /** Ids of models and sources. */
  from: string[]
}

/** `job folder SCHEMA.TABLE < what it is made from`; what is written in small letters is a source. */
const LINES = `
101 load/shop RAW.ORDERS < shop.orders
101 load/shop RAW.ORDER_LINES < shop.orders
101 load/shop RAW.CUSTOMERS < shop.customers
101 load/shop RAW.ADDRESSES < shop.customers
101 load/shop RAW.PRODUCTS < shop.products
101 load/shop RAW.PRICES < shop.products
101 load/shop RAW.STOCK < shop.products
101 load/shop RAW.SHIPMENTS < shop.shipments
101 load/shop RAW.RETURNS < shop.shipments
102 load/payments RAW.PAYMENTS < payments.charges
102 load/payments RAW.REFUNDS < payments.charges
102 load/payments RAW.INVOICES < payments.invoices
103 load/crm RAW.DEALS < crm.deals
103 load/crm RAW.COMPANIES < crm.companies
104 load/web RAW.SESSIONS < web.events
104 load/web RAW.PAGE_VIEWS < web.events
104 load/web RAW.EMAILS < web.mails
105 load/ads RAW.CAMPAIGNS < ads.campaigns
105 load/ads RAW.AD_SPEND < ads.campaigns
201 staging STAGING.STG_ORDERS < RAW.ORDERS RAW.ORDER_LINES
201 staging STAGING.STG_CUSTOMERS < RAW.CUSTOMERS RAW.ADDRESSES
201 staging STAGING.STG_PRODUCTS < RAW.PRODUCTS RAW.PRICES
201 staging STAGING.STG_SHIPMENTS < RAW.SHIPMENTS RAW.RETURNS
201 staging STAGING.STG_PAYMENTS < RAW.PAYMENTS RAW.REFUNDS
201 staging STAGING.STG_SESSIONS < RAW.SESSIONS RAW.PAGE_VIEWS
201 staging STAGING.STG_DEALS < RAW.DEALS RAW.COMPANIES
201 staging STAGING.STG_CAMPAIGNS < RAW.CAMPAIGNS RAW.AD_SPEND
201 staging STAGING.INT_ORDERS < STAGING.STG_ORDERS STAGING.STG_SHIPMENTS
201 staging STAGING.INT_CASH < STAGING.STG_PAYMENTS RAW.INVOICES
301 marts MARTS.DIM_CUSTOMERS < STAGING.STG_CUSTOMERS
301 marts MARTS.DIM_PRODUCTS < STAGING.STG_PRODUCTS
301 marts MARTS.FCT_ORDERS < STAGING.INT_ORDERS MARTS.DIM_CUSTOMERS
301 marts MARTS.FCT_CASH < STAGING.INT_CASH
301 marts MARTS.FCT_MARGIN < MARTS.FCT_ORDERS MARTS.DIM_PRODUCTS
301 marts MARTS.FCT_SUBSCRIPTIONS < STAGING.INT_ORDERS MARTS.DIM_CUSTOMERS
301 marts MARTS.FCT_SESSIONS < STAGING.STG_SESSIONS
301 marts MARTS.FCT_DEALS < STAGING.STG_DEALS
301 marts MARTS.FCT_CAMPAIGNS < STAGING.STG_CAMPAIGNS`

const PROJECT = 'wrenbury'

/** The name dbt has for what makes a table: loads are called after what they fill. */
function modelName(relation: string): string {
  const [schema, table = ''] = relation.toLowerCase().split('.')
  return schema === 'raw' ? `raw_${table}` : table
}

const idOf = (name: string) => (/[A-Z]/.test(name) ? `model.${PROJECT}.${modelName(name)}` : sourceId(name))

/** By its name, `<source>.<table>`. */
export function sourceId(name: string): string {
  return `source.${PROJECT}.${name}`
}

export const MODELS: readonly Model[] = LINES.trim()
  .split('\n')
  .map((line) => {
    const [job, folder = '', relation = '', , ...from] = line.split(' ')
    return { id: idOf(relation), name: modelName(relation), job: Number(job), relation, folder, from: from.map(idOf) }
  })

/** What other companies hand over, by the name of each: files that dbt reads, and measures. */
export const SOURCES: Readonly<Record<string, string>> = {
  'shop.orders': 'Orders as the shop wrote them out',
  'shop.customers': 'Customers as the shop wrote them out',
  'shop.products': 'Products and prices as the shop wrote them out',
  'shop.shipments': 'Parcels as the carriers tell them',
  'payments.charges': 'Charges and refunds of the card processor',
  'payments.invoices': 'Invoices of the book-keeper',
  'crm.deals': 'Deals with offices',
  'crm.companies': 'Offices that buy coffee, or may',
  'web.events': 'What visitors of the shop do',
  'web.mails': 'Mails sent, opened, clicked',
  'ads.campaigns': 'Campaigns and what they cost',
}

export { PROJECT }
