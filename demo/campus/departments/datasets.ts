import { seededRandom } from '#demo/campus/courses/courses.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { JsonObject, JsonValue } from '#lib/domain/values/json.ts'

/** What a department keeps: invented rows, the same for the same moment. */
export interface Dataset {
  columns: readonly string[]
  everyMs: number
  rows(at: Instant): JsonObject[]
}

type Random = () => number
type Cells = Record<string, JsonValue>

const pick = <T>(random: Random, values: readonly T[]): T => {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new Error('nothing to pick from')
  return value
}
const between = (random: Random, low: number, high: number): number => low + Math.floor(random() * (high - low + 1))
const cents = (random: Random, high: number): number => Math.round(random() * high * 100) / 100
const code = (prefix: string, number: number, digits: number): string => `${prefix}${String(number).padStart(digits, '0')}`
const isoDay = (at: Instant): string => new Date(at).toISOString().slice(0, 10)
const isoTime = (at: Instant): string => new Date(at).toISOString().slice(0, 19)

/** The same rows always; every step one in `oneIn` of them changes. */
function standing(
  name: string,
  options: { count: number; everyMs: number; oneIn: number },
  cells: (index: number, changedAt: Instant, what: { lasting: Random; passing: Random }) => Cells,
): Dataset {
  const { count, everyMs, oneIn } = options
  const row = (index: number, step: number): Cells => {
    const own = step - ((step + index * 7) % oneIn)
    return cells(index, own * everyMs, { lasting: seededRandom(name, index), passing: seededRandom(name, index, own) })
  }
  return dataset(everyMs, (step) => Array.from({ length: count }, (_, index) => row(index, step)))
}

/** Every step adds rows and drops the oldest. */
function passing(
  name: string,
  options: { perStep: number; steps: number; everyMs: number },
  cells: (number: number, from: Instant, random: Random) => Cells,
): Dataset {
  const { perStep, steps, everyMs } = options
  return dataset(everyMs, (last) =>
    Array.from({ length: perStep * steps }, (_, index) => {
      const step = last - steps + Math.floor(index / perStep)
      const number = step * perStep + (index % perStep)
      return cells(number, step * everyMs, seededRandom(name, number))
    }),
  )
}

function dataset(everyMs: number, rowsAt: (step: number) => Cells[]): Dataset {
  const columns = Object.keys(rowsAt(1000)[0] ?? {})
  return { columns, everyMs, rows: (at) => rowsAt(Math.floor(at / everyMs)) }
}

const CITIES = ['Ashford', 'Brookline', 'Cambridge', 'Dover', 'Échirolles', 'Framingham', 'Łódź', 'München', 'Québec', 'Zürich'] as const
const HALLS = ['Alder', 'Birch', 'Cedar', 'Maple', 'Rowan'] as const
const SUBJECTS = ['ART', 'BIO', 'CHM', 'CS', 'ECO', 'ENG', 'HIS', 'MAT', 'MUS', 'PHY'] as const

/** Everything the departments' servers hand out, by `<department>/<name>`. */
export const DATASETS = {
  'parking/permits': standing('permits', { count: 1200, everyMs: DAY_MS, oneIn: 60 }, (index, changedAt, { lasting, passing: now }) => ({
    id: code('PP', index + 1, 6),
    lot: pick(lasting, ['A', 'B', 'C', 'Garage 1', 'Garage 2']),
    vehicle: { plate: code(pick(lasting, ['MA', 'NH', 'RI', 'CT']), between(lasting, 1, 999_999), 6), electric: now() < 0.2 },
    kind: pick(now, ['student', 'employee', 'visitor', 'contractor']),
    fee: cents(now, 900),
    expires: isoDay(changedAt + between(now, 30, 365) * DAY_MS),
    changed_at: isoTime(changedAt),
  })),
  'bookstore/adoptions': standing(
    'adoptions',
    { count: 700, everyMs: 6 * HOUR_MS, oneIn: 120 },
    (index, changedAt, { lasting, passing: now }) => ({
      adoption_id: index + 1,
      course: `${pick(lasting, SUBJECTS)} ${between(lasting, 100, 799)}`,
      isbn: `978${String(between(lasting, 0, 9_999_999_999)).padStart(10, '0')}`,
      title: `${pick(lasting, ['Introduction to', 'Foundations of', 'A Reader in', 'Problems in'])} ${pick(lasting, ['Logic', 'Optics', '"Applied" Ethics', 'Markets, Mostly', 'Cell Biology'])}`,
      required: now() < 0.7,
      on_shelf: between(now, 0, 80),
      price: cents(now, 180),
      changed_at: isoTime(changedAt),
    }),
  ),
  'dining/transactions': passing('dining', { perStep: 25, steps: 72, everyMs: HOUR_MS }, (number, from, random) => ({
    transaction_id: number,
    hall: pick(random, ['North', 'South', 'Riverside Café', 'Law Tower']),
    register: between(random, 1, 6),
    items: between(random, 1, 5),
    amount: cents(random, 22),
    tender: pick(random, ['meal plan', 'points', 'card']),
    sold_at: isoTime(from + between(random, 0, 3599) * 1000),
  })),
  'athletics/tickets': passing('tickets', { perStep: 6, steps: 240, everyMs: HOUR_MS }, (number, from, random) => ({
    ticket_id: number,
    game: pick(random, ['Hockey vs. Lakeside', 'Soccer vs. Hillcrest', 'Basketball vs. "State"']),
    section: pick(random, ['101', '102', '203', 'Standing']),
    seats: between(random, 1, 6),
    price: cents(random, 60),
    sold_at: isoTime(from + between(random, 0, 3599) * 1000),
  })),
  'health/appointments': passing('appointments', { perStep: 120, steps: 14, everyMs: DAY_MS }, (number, from, random) => ({
    slot_id: number,
    clinic: pick(random, ['Primary care', 'Physiotherapy', 'Vaccinations', 'Behavioral medicine']),
    day: isoDay(from),
    minutes: pick(random, [15, 20, 30, 45]),
    status: pick(random, ['free', 'booked', 'kept', 'missed']),
  })),
  'alumni/addresses': standing('alumni', { count: 2500, everyMs: DAY_MS, oneIn: 250 }, (index, changedAt, { lasting, passing: now }) => ({
    alumni_id: code('L', index + 1, 6),
    class_year: between(lasting, 1968, 2026),
    street: `${between(now, 1, 399)} ${pick(now, ['Elm', 'Oak', 'High', 'Mill'])} St; Apt ${between(now, 1, 40)}`,
    city: pick(now, CITIES),
    postcode: String(between(now, 1000, 99_999)).padStart(5, '0'),
    changed_on: isoDay(changedAt),
  })),
  'facilities/work-orders': standing(
    'work-orders',
    { count: 900, everyMs: 15 * MINUTE_MS, oneIn: 300 },
    (index, changedAt, { lasting, passing: now }) => ({
      number: code('WO-', index + 1, 5),
      building: pick(lasting, ['Library', 'Science Hall', 'Gymnasium', 'Chapel']),
      trade: pick(lasting, ['electrical', 'plumbing', 'carpentry', 'heating']),
      status: pick(now, ['open', 'scheduled', 'waiting for parts', 'done']),
      hours: cents(now, 12),
      updated_at: isoTime(changedAt),
    }),
  ),
  'housing/rooms': standing('rooms', { count: 800, everyMs: 4 * HOUR_MS, oneIn: 80 }, (index, changedAt, { lasting, passing: now }) => ({
    room: `${HALLS[index % HALLS.length]}-${101 + Math.floor(index / HALLS.length)}`,
    beds: between(lasting, 1, 4),
    occupied: between(now, 0, 4),
    accessible: lasting() < 0.15,
    inspected_on: now() < 0.9 ? isoDay(changedAt) : null,
  })),
  'research/grants': standing('grants', { count: 350, everyMs: 7 * DAY_MS, oneIn: 20 }, (index, changedAt, { lasting, passing: now }) => ({
    award: code('G', index + 1, 5),
    sponsor: pick(lasting, ['National Science Fund', 'Health Institutes', 'State', 'Industry']),
    department: pick(lasting, SUBJECTS),
    amount: between(lasting, 5, 4000) * 1000,
    spent: cents(now, 4_000_000),
    ends_on: isoDay(changedAt + between(lasting, 60, 1500) * DAY_MS),
  })),
  'it/tickets': passing('it-tickets', { perStep: 4, steps: 336, everyMs: 30 * MINUTE_MS }, (number, from, random) => ({
    ticket: number,
    queue: pick(random, ['Accounts', 'Classrooms', 'Network', 'Printing']),
    priority: between(random, 1, 4),
    state: pick(random, ['new', 'in progress', 'waiting', 'solved']),
    opened_at: isoTime(from + between(random, 0, 1799) * 1000),
  })),
} as const satisfies Record<string, Dataset>
export type DatasetName = keyof typeof DATASETS

export function isDatasetName(name: string): name is DatasetName {
  return Object.hasOwn(DATASETS, name)
}

export function changedAt(name: DatasetName, at: Instant): Instant {
  const { everyMs } = DATASETS[name]
  return Math.floor(at / everyMs) * everyMs
}
