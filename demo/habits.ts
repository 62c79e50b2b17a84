/** What a run of a flow usually looks like. */
export interface Habit {
  /** Give or take a third. */
  seconds: number
  rows: number
  /** The share of rows that is new or changed, give or take half; 1: always all. */
  changed: number
  /** The share of runs with nothing new. */
  quiet?: number
  tasks: readonly string[]
}

const LOAD: Habit = { seconds: 3, rows: 800, changed: 0.03, tasks: ['extract', 'load'] }
const FILE: Habit = { seconds: 5, rows: 2060, changed: 1, tasks: ['extract', 'deliver'] }

const HABITS: Readonly<Record<string, Habit>> = {
  term: { seconds: 4, rows: 36, changed: 0.05, quiet: 0.9, tasks: ['fetch', 'store'] },
  course: { seconds: 45, rows: 3200, changed: 0.014, tasks: ['curate anew', 'term 2258', 'term 2261', 'term 2263', 'term 2267'] },
  person: {
    seconds: 160,
    rows: 2400,
    changed: 0.02,
    tasks: ['population: students', 'population: employees', 'curate anew', 'load', 'unseen'],
  },
  accounts: { ...LOAD, rows: 2400, seconds: 8 },
  'alumni-addresses': { ...LOAD, rows: 2500 },
  'alumni-graduates': { ...FILE, rows: 1980 },
  'athletics-tickets': { ...LOAD, rows: 1440, changed: 0.7 },
  'bookstore-course-list': { ...FILE, rows: 3200 },
  'bursar-payments': { ...LOAD, rows: 1790 },
  'bursar-refunds': { ...FILE, rows: 40 },
  'dining-meal-plans': { ...FILE, rows: 702 },
  'dining-transactions': { ...LOAD, rows: 1800, changed: 0.014 },
  enrolment: { ...LOAD, rows: 24, changed: 0.9 },
  'facilities-work-orders': { ...LOAD, rows: 900 },
  'health-appointments': { ...LOAD, rows: 1680, changed: 0.07 },
  'health-clinic': FILE,
  'hr-changes': { ...LOAD, rows: 487, quiet: 0.7 },
  'hr-employees': { ...LOAD, rows: 487, quiet: 0.2 },
  'it-tickets': { ...LOAD, rows: 1340, changed: 0.006 },
  'library-patrons': FILE,
  'parking-permits': { ...LOAD, rows: 1200 },
  'research-grants': { ...LOAD, rows: 350, changed: 0.05 },
  'price-search': { seconds: 2, rows: 84, changed: 1, tasks: ['extract', 'index'] },
  'deals-board': { seconds: 2, rows: 21, changed: 1, tasks: ['extract', 'index'] },
  'customer-search': { seconds: 2, rows: 60, changed: 1, tasks: ['extract', 'index'] },
  'daily-revenue': { seconds: 240, rows: 14, changed: 1, tasks: ['transform_revenue'] },
  segments: { ...LOAD, rows: 60, changed: 0.4 },
  'student-groups': { ...LOAD, rows: 6, changed: 1 },
}

export function habitOf(flow: string): Habit {
  return HABITS[flow] ?? LOAD
}
