export function pick<T>(random: () => number, from: readonly [T, ...T[]]): T {
  return from[Math.floor(random() * from.length)] ?? from[0]
}

const FIRST_NAMES = [
  'Ada',
  'Ben',
  'Chidi',
  'Dana',
  'Elif',
  'Femi',
  'Grace',
  'Hugo',
  'Ines',
  'Jun',
  'Kofi',
  'Léa',
  'Mika',
  'Noor',
  'Olga',
  'Zoë',
] as const
const LAST_NAMES = [
  'Abara',
  'Brook',
  'Castillo',
  'Dvořák',
  'Eze',
  'Fischer',
  'Gupta',
  'Hall',
  'Ito',
  "O'Neil",
  'Park',
  'Quist',
  'Rossi',
  'Sato',
  'Vance',
] as const
const STREETS = ['Beacon Street', 'River Road', 'Bay State Road', 'Harbour Lane', 'College Hill', 'Mill Street'] as const
const TOWNS = ['Eastbridge', 'Northport', 'Riverton', 'Old Harbour'] as const

export function address(random: () => number, type: string): Record<string, unknown> {
  return {
    type,
    line1: `${1 + Math.floor(random() * 900)} ${pick(random, STREETS)}`,
    line2: random() < 0.3 ? `Unit ${1 + Math.floor(random() * 40)}` : null,
    city: pick(random, TOWNS),
    state: 'MA',
    postalCode: `0${2000 + Math.floor(random() * 700)}`,
    country: { code: 'USA', description: 'United States' },
  }
}

export function name(random: () => number): { firstName: string; lastName: string } {
  return { firstName: pick(random, FIRST_NAMES), lastName: pick(random, LAST_NAMES) }
}

export function phoneNumber(random: () => number): string {
  return `617/555-01${10 + Math.floor(random() * 90)}`
}
