import { chance } from '#demo/chance.ts'
import { CAMPUS_ZONE } from '#demo/stretch.ts'
import { DAY_MS, HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import { addDays, localDay, startOfDay } from '#lib/domain/time/local-day.ts'

/** What the products share with others. */
export const ENTITIES = ['customer', 'invoice', 'payment', 'product', 'order'] as const
export type Entity = (typeof ENTITIES)[number]

/** So long after the first start the second version of the contract about customers holds. */
export const NEXT_CUSTOMER_DAYS = 6

/** When an export did not look as its contract says, in hours before the first start. */
const ODD: readonly { entity: Entity; hours: readonly [from: number, to: number] }[] = [
  { entity: 'invoice', hours: [44 * 24 + 3, 44 * 24 - 9] },
  { entity: 'order', hours: [5, Number.NEGATIVE_INFINITY] },
]

/** Whether what is exported of an entity then breaks its contract. */
export function isOdd(entity: Entity, at: Instant, firstStart: Instant): boolean {
  const hoursBefore = (firstStart - at) / HOUR_MS
  return ODD.some(({ entity: one, hours: [from, to] }) => one === entity && hoursBefore <= from && hoursBefore > to)
}

/** From when on customers are exported by the second version of their contract. */
export function nextCustomerFrom(firstStart: Instant): Instant {
  return startOfDay(addDays(localDay(firstStart, CAMPUS_ZONE), NEXT_CUSTOMER_DAYS), CAMPUS_ZONE)
}

/** The records of an entity as its product exports them at an instant, the same at each call. */
export function recordsOf(entity: Entity, at: Instant, firstStart: Instant): object[] {
  switch (entity) {
    case 'customer':
      return customers(at >= nextCustomerFrom(firstStart))
    case 'invoice':
      return invoices(at, isOdd(entity, at, firstStart))
    case 'payment':
      return numbers(PAYMENTS).map((n) => payment(hourOf(at) * PAYMENTS + n, at))
    case 'product':
      return TITLES.map(([title, category], n) => ({ sku: `P-${200 + n}`, title, category, price: priceOf(n), is_sold: n !== 5 }))
    case 'order':
      return orders(at, isOdd(entity, at, firstStart))
  }
}

const FIRST_NAMES = ['Ada', 'Bo', 'Carmen', 'Dev', 'Elif', 'Frida', 'Goran', 'Hana', 'Ines', 'Jonas', 'Kaya', 'Luc']
const LAST_NAMES = ['Lindqvist', 'Okafor', 'Moreau', 'Sato', 'Novak', 'Brandt', 'Silva', 'Keller']
const TOWNS = [
  ['Uppsala', 'SE', '753 20'],
  ['Lyon', 'FR', '69003'],
  ['Graz', 'AT', '8010'],
  ['Leeds', 'GB', 'LS1 4AP'],
  ['Porto', 'PT', '4050-253'],
] as const
const STREETS = ['Mill Lane', 'Station Road', 'Harbour Street', 'Orchard Way']
const TITLES = [
  ['Trail tent for two', 'Tents'],
  ['Storm tent for four', 'Tents'],
  ['Down bag, -5 °C', 'Sleeping'],
  ['Summer bag', 'Sleeping'],
  ['Folding mat', 'Sleeping'],
  ['Petrol stove', 'Kitchen'],
  ['Gas stove', 'Kitchen'],
  ['Pot, 1.2 l', 'Kitchen'],
  ['Rucksack, 45 l', 'Packs'],
  ['Rucksack, 70 l', 'Packs'],
  ['Rain jacket', 'Clothes'],
  ['Wool shirt', 'Clothes'],
] as const
const PRICES = [189, 349, 229, 89, 39, 95, 49, 29, 119, 199, 159, 79]

const CUSTOMERS = 60
const ORDERS_PER_HOUR = 6
const INVOICES = 80
const PAYMENTS = 5
/** Orders begin to be counted here. */
const FIRST_HOUR = Date.parse('2026-01-01T00:00:00Z') / HOUR_MS
/** So many hours' orders are told again each hour, since they have moved on. */
const MOVING_HOURS = 4

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)
const pick = <T>(from: readonly T[], name: string): T => from[Math.floor(chance(name) * from.length)] as T
const hourOf = (at: Instant) => Math.floor(at / HOUR_MS) - FIRST_HOUR
const timeOf = (hour: number) => (hour + FIRST_HOUR) * HOUR_MS
const dayOf = (at: Instant) => new Date(at).toISOString().slice(0, 10)
const priceOf = (n: number) => (PRICES[n] ?? 0) - 0.05
const customerOf = (order: number) => `C-${1001 + Math.floor(chance(`order ${order} by`) * CUSTOMERS)}`
const totalOf = (order: number) => Math.round((20 + 380 * chance(`order ${order} total`)) * 100) / 100

function customers(isNext: boolean): object[] {
  return numbers(CUSTOMERS).map((n) => {
    const id = `C-${1001 + n}`
    const [first, last] = [pick(FIRST_NAMES, `${id} first`), pick(LAST_NAMES, `${id} last`)]
    const [city, country, postcode] = pick(TOWNS, `${id} town`)
    const isCompany = chance(`${id} company`) < 0.2
    const phone = chance(`${id} phone`) < 0.3 ? null : `+${30 + (n % 19)} ${200_000 + Math.floor(chance(`${id} number`) * 700_000)}`
    const street = `${pick(STREETS, `${id} street`)} ${1 + Math.floor(chance(`${id} house`) * 90)}`
    return {
      id,
      kind: isCompany ? 'company' : 'person',
      name: isCompany ? `${last} & ${first} Ltd` : `${first} ${last}`,
      email: `${first}.${last}.${n}@post.example`.toLowerCase(),
      ...(isNext ? { country_code: country } : { phone, country }),
      since: `20${20 + Math.floor(chance(`${id} since`) * 6)}-0${1 + Math.floor(chance(`${id} month`) * 9)}-12`,
      address: { street, city, postcode },
    }
  })
}

/** Orders of the last hours; of late some came back in part, which nobody had heard of before. */
function orders(at: Instant, knowsParts: boolean): object[] {
  const now = hourOf(at)
  return numbers(MOVING_HOURS).flatMap((age) =>
    numbers(ORDERS_PER_HOUR).map((n) => {
      const number = (now - age) * ORDERS_PER_HOUR + n
      const states = ['open', 'paid', 'shipped', age === 3 && n === 0 ? 'returned' : 'shipped']
      const status = knowsParts && age === 3 && n < 2 ? 'partly-returned' : states[age]
      const product = Math.floor(chance(`order ${number} product`) * TITLES.length)
      return {
        id: `O-${number}`,
        customer_id: customerOf(number),
        placed_at: new Date(timeOf(now - age) + n * 9 * 60_000).toISOString(),
        status,
        total: totalOf(number),
        lines: [{ sku: `P-${200 + product}`, quantity: 1 + (number % 3) }],
      }
    }),
  )
}

/** Invoices of the last days; where it is odd, one of their fields has another name. */
function invoices(at: Instant, isRenamed: boolean): object[] {
  const newest = hourOf(at) * ORDERS_PER_HOUR
  return numbers(INVOICES).map((n) => {
    const order = newest - n * ORDERS_PER_HOUR
    const issued = timeOf(order / ORDERS_PER_HOUR)
    return {
      id: `I-${order}`,
      order_id: `O-${order}`,
      customer_id: customerOf(order),
      issued_on: dayOf(issued),
      due_on: dayOf(issued + 14 * DAY_MS),
      [isRenamed ? 'gross_amount' : 'amount']: totalOf(order),
      currency: 'EUR',
    }
  })
}

function payment(number: number, at: Instant): object {
  const order = (hourOf(at) - 1 - (number % 40)) * ORDERS_PER_HOUR
  return {
    id: `B-${number}`,
    invoice_id: `I-${order}`,
    paid_at: new Date(at - (1 + (number % 50)) * 60_000).toISOString(),
    amount: totalOf(order),
    method: pick(['card', 'transfer', 'debit'], `payment ${number}`),
  }
}
