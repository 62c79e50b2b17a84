/** An explore: the table it begins with, what it joins, and the measures and breakdowns people ask it for. */
interface ExploreLine {
  table: string
  joins?: Record<string, string>
  /** A table that Looker makes itself, of this SQL, and keeps. */
  built?: string
}

/** What a dashboard shows: each measure by each breakdown is one tile. */
type BoardLine = readonly [folder: string, title: string, explore: string, measures: readonly string[], breakdowns: readonly string[]]

export const MODEL = 'startup'

export const EXPLORES: Readonly<Record<string, ExploreLine>> = {
  orders: {
    table: 'ANALYTICS.MARTS.FCT_ORDERS',
    joins: { users: 'ANALYTICS.MARTS.DIM_USERS', products: 'ANALYTICS.MARTS.DIM_PRODUCTS', regions: 'ANALYTICS.MARTS.DIM_REGIONS' },
  },
  payments: {
    table: 'ANALYTICS.MARTS.FCT_PAYMENTS',
    joins: { invoices: 'ANALYTICS.MARTS.FCT_INVOICES', users: 'ANALYTICS.MARTS.DIM_USERS' },
  },
  ledger: { table: 'ANALYTICS.MARTS.FCT_LEDGER_LINES', joins: { accounts: 'ANALYTICS.MARTS.DIM_ACCOUNTS' } },
  deals: {
    table: 'ANALYTICS.MARTS.FCT_DEALS',
    joins: { owners: 'ANALYTICS.MARTS.DIM_SALES_PEOPLE', companies: 'ANALYTICS.MARTS.DIM_COMPANIES' },
  },
  campaigns: { table: 'ANALYTICS.MARTS.FCT_AD_SPEND', joins: { channels: 'ANALYTICS.MARTS.DIM_CHANNELS' } },
  sessions: {
    table: 'ANALYTICS.MARTS.FCT_SESSIONS',
    joins: { users: 'ANALYTICS.MARTS.DIM_USERS', devices: 'ANALYTICS.MARTS.DIM_DEVICES' },
  },
  features: { table: 'ANALYTICS.MARTS.FCT_FEATURE_USE', joins: { plans: 'ANALYTICS.MARTS.DIM_PLANS' } },
  retention: {
    table: '',
    built: 'SELECT user_id, cohort, active_week FROM ANALYTICS.MARTS.FCT_SESSIONS s JOIN ANALYTICS.MARTS.FCT_SUBSCRIPTIONS USING (user_id)',
  },
  shipments: {
    table: 'ANALYTICS.MARTS.FCT_SHIPMENTS',
    joins: { carriers: 'ANALYTICS.MARTS.DIM_CARRIERS', stock: 'ANALYTICS.MARTS.FCT_STOCK' },
  },
  tickets: { table: 'ANALYTICS.MARTS.FCT_TICKETS', joins: { agents: 'ANALYTICS.MARTS.DIM_AGENTS', topics: 'ANALYTICS.MARTS.DIM_TOPICS' } },
  incidents: { table: 'ANALYTICS.MARTS.FCT_INCIDENTS', joins: { services: 'ANALYTICS.MARTS.DIM_SERVICES' } },
}

/** Breakdowns with a dot are of a view that the explore joins. */
export const BOARDS: readonly BoardLine[] = [
  ['Finance', 'Revenue', 'orders', ['Net revenue', 'Orders'], ['month', 'users.country', 'products.category', 'regions.name']],
  ['Finance', 'Cash', 'payments', ['Cash in', 'Open invoices'], ['week', 'method', 'invoices.state', 'users.country']],
  ['Finance', 'Month end', 'ledger', ['Balance', 'Lines to check', 'Corrections'], ['period', 'accounts.class']],
  ['Sales', 'Pipeline', 'deals', ['Open deals', 'Weighted value'], ['stage', 'owners.team', 'companies.size', 'companies.country']],
  ['Sales', 'Won and lost', 'deals', ['Won', 'Lost'], ['month', 'reason', 'owners.team', 'companies.industry']],
  ['Sales', 'Campaigns', 'campaigns', ['Spend', 'Leads', 'Cost per lead'], ['week', 'channels.name']],
  ['Product', 'Activation', 'sessions', ['New users', 'Activated'], ['day', 'users.country', 'devices.system', 'source']],
  ['Product', 'Feature use', 'features', ['Weekly users', 'Uses'], ['feature', 'week', 'plans.name', 'release']],
  ['Product', 'Retention', 'retention', ['Kept', 'Left'], ['cohort', 'week', 'plan', 'source']],
  ['Operations', 'Shipping', 'shipments', ['Shipped', 'Late parcels'], ['day', 'carriers.name', 'stock.warehouse', 'country']],
  ['Operations', 'Support', 'tickets', ['Open tickets', 'Hours to answer'], ['day', 'agents.team', 'topics.name', 'channel']],
  ['Operations', 'Reliability', 'incidents', ['Incidents', 'Minutes down', 'Deploys'], ['week', 'services.name']],
]
