import { expect, test } from 'vitest'
import { serviceLevels } from './service-levels.ts'

const level = (given: object) => serviceLevels({ slaProperties: [{ property: 'latency', value: 6, ...given }] }, ['orders'])[0]

test('a service level goes by its name in the standard, whatever form it is written in', () => {
  const names = [
    'ly',
    'Latency',
    'freshness',
    'FY',
    'timeofavailability',
    'GA',
    'es',
    'el',
    'RE',
    'av',
    'th',
    'er',
    'td',
    'tn',
    'tr',
    'moon',
  ]
  expect(names.map((property) => level({ property })?.property)).toEqual([
    ...['latency', 'latency', 'latency', 'frequency', 'timeOfAvailability', 'generalAvailability', 'endOfSupport', 'endOfLife'],
    ...['retention', 'availability', 'throughput', 'errorRate', 'timeToDetect', 'timeToNotify', 'timeToRepair', 'moon'],
  ])
})

test('its value is a text, its unit may be missing, and a schedule counts as cron unless another scheduler is named', () => {
  expect(level({ value: true, unit: ' h ' })).toMatchObject({ value: 'true', unit: 'h', cron: null, at: 0 })
  expect(level({ unit: '' })?.unit).toBeNull()
  expect(level({ schedule: ' 0 6 * * * ' })?.cron).toBe('0 6 * * *')
  expect(level({ schedule: '0 6 * * *', scheduler: 'CRON' })?.cron).toBe('0 6 * * *')
  expect(level({ schedule: '0 6 * * *', scheduler: 'autosys' })?.cron).toBeNull()
  expect(level({ value: null })).toBeUndefined()
})

test('a service level is about the entity that its element names, else the one that the contract names for all', () => {
  const about = (element: string | undefined, slaDefaultElement?: string, entity: string[] | 'the only one' = ['orders', 'crm.orders']) => {
    const document = { slaProperties: [{ property: 'latency', value: 6, element }], slaDefaultElement }
    return serviceLevels(document, entity).length === 1
  }
  expect([about(undefined), about(' '), about('orders'), about('crm.orders.at'), about('visits'), about('at')]).toEqual([
    ...[true, true, true, true, false, false],
  ])
  expect([about(undefined, 'visits.at'), about(' ', 'visits'), about('orders', 'visits'), about(undefined, 'orders.at')]).toEqual([
    ...[false, false, true, true],
  ])
  expect([about('at', undefined, 'the only one'), about(undefined, 'tab1.at', 'the only one')], 'its name need not stand there').toEqual([
    ...[true, true],
  ])
})
