import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'

export interface StandInColumn {
  name: string
  type: string
  comment: string | null
  /** What max() answers, as the SQL API prints it; null: no row has a value. */
  newest: string | null
}

interface Refresh {
  state: 'SUCCEEDED' | 'FAILED'
  action: 'INCREMENTAL' | 'NO_DATA'
  dataTimestamp: Instant
}

export interface StandInTable {
  database: string
  schema: string
  name: string
  type: 'BASE TABLE' | 'VIEW' | 'EXTERNAL TABLE'
  isDynamic: boolean
  rows: number | null
  bytes: number | null
  created: Instant
  lastAltered: Instant
  lastDdl: Instant
  clusteringKey: string | null
  owner: string
  comment: string | null
  columns: StandInColumn[]
  /** What a view or dynamic table is made from, as `SCHEMA.TABLE`. */
  from: string[]
  refreshes: Refresh[]
  /** It is listed, and the role may not read it. */
  isRefused: boolean
  /** Rows of it by the values of one of its columns; a time without a zone as UTC shows it. */
  keys?: { column: string; rows: { key: string; at: Instant }[] }
}

/** `SCHEMA.NAME kind rows time-column comment < sources`: kind t table, c clustered, x external, v view, d dynamic. */
const COMPACT = `
RAW.ORDERS t 482000 LOADED_AT:ltz Orders of the shop
RAW.ORDER_LINES c 1930000 LOADED_AT:ltz Lines of orders
RAW.CUSTOMERS t 61000 LOADED_AT:ltz Customers
RAW.ADDRESSES t 88000 LOADED_AT:ltz Addresses of customers
RAW.PRODUCTS t 4100 LOADED_AT:ltz Products
RAW.PRICES t 39000 LOADED_AT:ltz Prices by day
RAW.STOCK t 12000 COUNTED_AT:ntz Stock of the warehouses
RAW.SHIPMENTS t 455000 LOADED_AT:tz Shipments
RAW.RETURNS t 21000 LOADED_AT:ltz Returns
RAW.PAYMENTS t 476000 LOADED_AT:num Payments
RAW.REFUNDS t 19000 LOADED_AT:num Refunds
RAW.INVOICES t 301000 BOOKED_ON:date Invoices
RAW.SESSIONS c 9200000 LOADED_AT:ltz Visits of the web site
RAW.PAGE_VIEWS c 61000000 LOADED_AT:ltz Page views
RAW.EMAILS t 710000 LOADED_AT:ltz Mails sent
RAW.DEALS t 8400 LOADED_AT:ltz Deals with offices
RAW.COMPANIES t 3100 LOADED_AT:ltz Companies
RAW.CAMPAIGNS t 320 - Campaigns
RAW.AD_SPEND t 54000 SPENT_ON:date What advertising cost
RAW.PARTNER_FEED x 0 LOADED_AT:ltz Files of a partner
STAGING.STG_ORDERS v 0 LOADED_AT:ltz Orders, cleaned < RAW.ORDERS RAW.ORDER_LINES
STAGING.STG_CUSTOMERS v 0 LOADED_AT:ltz Customers, cleaned < RAW.CUSTOMERS RAW.ADDRESSES
STAGING.STG_PRODUCTS v 0 LOADED_AT:ltz Products, cleaned < RAW.PRODUCTS RAW.PRICES
STAGING.STG_SHIPMENTS v 0 LOADED_AT:tz Shipments, cleaned < RAW.SHIPMENTS RAW.RETURNS
STAGING.STG_PAYMENTS v 0 LOADED_AT:num Payments, cleaned < RAW.PAYMENTS RAW.REFUNDS
STAGING.STG_SESSIONS v 0 LOADED_AT:ltz Visits, cleaned < RAW.SESSIONS RAW.PAGE_VIEWS
STAGING.STG_DEALS v 0 LOADED_AT:ltz Deals, cleaned < RAW.DEALS RAW.COMPANIES
STAGING.STG_CAMPAIGNS v 0 LOADED_AT:ltz Campaigns with what they cost < RAW.CAMPAIGNS RAW.AD_SPEND
STAGING.INT_ORDERS t 470000 LOADED_AT:ltz Orders on their way to the customer
STAGING.INT_CASH t 475000 LOADED_AT:ltz Payments matched with invoices
MARTS.FCT_ORDERS t 480000 LOADED_AT:ltz Orders with their money
MARTS.FCT_CASH t 9100 LOADED_AT:ltz Cash by day
MARTS.FCT_MARGIN t 9100 LOADED_AT:ltz Margin by day
MARTS.FCT_SUBSCRIPTIONS t 61000 LOADED_AT:ltz Subscriptions
MARTS.FCT_SESSIONS t 310000 LOADED_AT:ltz Visits by day and source
MARTS.FCT_DEALS t 8400 LOADED_AT:ltz Deals by stage
MARTS.FCT_CAMPAIGNS t 54000 LOADED_AT:ltz Campaigns by day
MARTS.DIM_CUSTOMERS t 61000 LOADED_AT:ltz Customers
MARTS.DIM_PRODUCTS t 4100 LOADED_AT:ltz Products
MARTS.SALES_TODAY d 1400 - Sales of the day < RAW.ORDERS RAW.ORDER_LINES`

const TYPES: Readonly<Record<string, string>> = {
  ltz: 'TIMESTAMP_LTZ',
  ntz: 'TIMESTAMP_NTZ',
  tz: 'TIMESTAMP_TZ',
  date: 'DATE',
  num: 'NUMBER',
}
const BYTES_PER_ROW = 48

/** Seconds since 1970 with nine decimals. */
export function epochCell(at: Instant): string {
  return `${Math.floor(at / 1000)}.${String(((at % 1000) + 1000) % 1000).padStart(3, '0')}000000`
}

/** A time as max() of a column of this type answers it. */
export function cellOf(type: string, at: Instant): string {
  if (type === 'DATE') return String(Math.floor(at / DAY_MS))
  if (type === 'NUMBER') return String(Math.floor(at / 1000))
  return type === 'TIMESTAMP_TZ' ? `${epochCell(at)} 1440` : epochCell(at)
}

const LINE = /^(\w+)\.(\w+) ([tcxvd]) (\d+) (\S+) ([^<]+?)(?: < (.+))?$/

function columnsOf(time: string, loadedAt: Instant): StandInColumn[] {
  const [name = '', short = ''] = time.split(':')
  const type = TYPES[short]
  const own = type === undefined ? [] : [{ name, type, comment: 'When it came', newest: cellOf(type, loadedAt) }]
  return [{ name: 'ID', type: 'NUMBER', comment: null, newest: null }, { name: 'NAME', type: 'TEXT', comment: null, newest: null }, ...own]
}

/** The forty tables of the start-up, as they stood an hour before `now`. */
export function startupTables(now: Instant): StandInTable[] {
  return COMPACT.trim()
    .split('\n')
    .map((line) => toTable(line, now))
}

const KINDS: Readonly<Record<string, StandInTable['type']>> = { v: 'VIEW', x: 'EXTERNAL TABLE' }

function toTable(line: string, now: Instant): StandInTable {
  const match = LINE.exec(line)
  if (match === null) throw new Error(`no table: ${line}`)
  const [, schema = '', name = '', kind = '', count = '', time = '', comment = '', from] = match
  // Of files that lie elsewhere Snowflake counts nothing.
  const rows = kind === 'v' || kind === 'x' ? null : Number(count)
  return {
    database: 'ANALYTICS',
    schema,
    name,
    type: KINDS[kind] ?? 'BASE TABLE',
    isDynamic: kind === 'd',
    rows,
    bytes: rows === null ? null : rows * BYTES_PER_ROW,
    created: now - 90 * DAY_MS,
    lastAltered: now - HOUR_MS,
    lastDdl: now - 30 * DAY_MS,
    clusteringKey: kind === 'c' ? 'LINEAR(ID)' : null,
    owner: schema === 'RAW' ? 'LOADER' : 'TRANSFORMER',
    comment,
    columns: columnsOf(time, now - HOUR_MS),
    from: from?.split(' ') ?? [],
    refreshes: kind === 'd' ? [{ state: 'SUCCEEDED', action: 'INCREMENTAL', dataTimestamp: now - 5 * MINUTE_MS }] : [],
    isRefused: false,
  }
}
