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
    joins: { customers: 'ANALYTICS.MARTS.DIM_CUSTOMERS', products: 'ANALYTICS.MARTS.DIM_PRODUCTS' },
  },
  cash: { table: 'ANALYTICS.MARTS.FCT_CASH', joins: { customers: 'ANALYTICS.MARTS.DIM_CUSTOMERS' } },
  margin: { table: 'ANALYTICS.MARTS.FCT_MARGIN', joins: { products: 'ANALYTICS.MARTS.DIM_PRODUCTS' } },
  deals: { table: 'ANALYTICS.MARTS.FCT_DEALS' },
  today: { table: 'ANALYTICS.MARTS.SALES_TODAY' },
  campaigns: { table: 'ANALYTICS.MARTS.FCT_CAMPAIGNS' },
  sessions: { table: 'ANALYTICS.MARTS.FCT_SESSIONS', joins: { customers: 'ANALYTICS.MARTS.DIM_CUSTOMERS' } },
  subscriptions: {
    table: 'ANALYTICS.MARTS.FCT_SUBSCRIPTIONS',
    joins: { customers: 'ANALYTICS.MARTS.DIM_CUSTOMERS', products: 'ANALYTICS.MARTS.DIM_PRODUCTS' },
  },
  retention: {
    table: '',
    built: 'SELECT user_id, cohort, active_week FROM ANALYTICS.MARTS.FCT_SESSIONS s JOIN ANALYTICS.MARTS.FCT_SUBSCRIPTIONS USING (user_id)',
  },
}

/** Breakdowns with a dot are of a view that the explore joins. */
export const BOARDS: readonly BoardLine[] = [
  ['Finance', 'Revenue', 'orders', ['Net revenue', 'Orders'], ['month', 'customers.country', 'products.category', 'channel']],
  ['Finance', 'Cash', 'cash', ['Cash in', 'Open invoices'], ['week', 'method', 'state', 'customers.country']],
  ['Finance', 'Month end', 'margin', ['Margin', 'Cost of goods', 'Corrections'], ['month', 'products.category']],
  ['Sales', 'Pipeline', 'deals', ['Open deals', 'Weighted value'], ['stage', 'owner', 'size', 'country']],
  ['Sales', 'Won and lost', 'deals', ['Won', 'Lost'], ['month', 'reason', 'owner', 'industry']],
  ['Sales', 'Today', 'today', ['Orders today', 'Revenue today', 'Baskets left'], ['hour', 'product']],
  ['Product', 'Activation', 'sessions', ['New users', 'Activated'], ['day', 'customers.country', 'device', 'source']],
  ['Product', 'Subscriptions', 'subscriptions', ['Active', 'Paused'], ['week', 'customers.country', 'products.category', 'plan']],
  ['Product', 'Retention', 'retention', ['Kept', 'Left'], ['cohort', 'week', 'plan', 'source']],
  ['Marketing', 'Campaigns', 'campaigns', ['Spend', 'Leads', 'Cost per lead'], ['week', 'channel']],
  ['Marketing', 'Web traffic', 'sessions', ['Visits', 'Page views'], ['day', 'source', 'device', 'country']],
  ['Marketing', 'First orders', 'orders', ['First orders', 'Basket value'], ['week', 'channel', 'customers.country', 'products.category']],
]
