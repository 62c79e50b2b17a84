import { expect, it } from 'vitest'
import { RowsAside } from './rows-aside.ts'

/** Records put aside, each written when `write` says so. */
function harness(write: () => Promise<void> = async () => {}) {
  const written: string[] = []
  const quarantine = async (task: string, key: string, reason: string) => {
    await write()
    written.push(`${task} ${key}: ${reason}`)
  }
  return { written, aside: new RowsAside({ quarantine }, { what: 'The file a.jsonl (shop)', bucket: 'in', key: 'a.jsonl', version: 'v1' }) }
}
const words = (work: () => void) => {
  try {
    work()
    return null
  } catch (error) {
    return (error as { publicMessage: string }).publicMessage
  }
}

it('each has its place and its reason', async () => {
  const { aside, written } = harness()
  await aside.add(3, 'is not JSON')
  await aside.add(7, 'is nested deeper than 200 levels')
  await aside.written()
  expect(written).toEqual(['land in/a.jsonl (v1) line 3: is not JSON', 'land in/a.jsonl (v1) line 7: is nested deeper than 200 levels'])
  expect(aside.count).toBe(2)
})

it.each([
  [0, 0, 0, null],
  [1, 100, 0.01, null],
  [2, 100, 0.01, '2 of its 100 rows cannot be, more than 1 %.'],
  [1, 1, 0, '1 of its 1 rows cannot be, more than 0 %.'],
  [1, 1, 1, null],
  [2, 4000, 0.0004, '2 of its 4,000 rows cannot be, more than 0.04 %.'],
])('%i of %i are too many or not at a tolerance of %d', async (count, rows, tolerance, problem) => {
  const { aside } = harness()
  for (let line = 1; line <= count; line += 1) await aside.add(line, 'is not JSON')
  const said = words(() => aside.refuseMoreThan(tolerance, rows))
  if (problem === null) expect(said).toBeNull()
  else expect(said).toContain(`The file a.jsonl (shop) cannot be used: ${problem}`)
})

it('waits while very many are not written yet', async () => {
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const { aside, written } = harness(() => gate)
  for (let line = 1; line < 200; line += 1) await aside.add(line, 'is not JSON')
  const next = aside.add(200, 'is not JSON')
  expect(written).toHaveLength(0)
  release()
  await next
  expect(written).toHaveLength(200)
})

it('fails with what could not be written', async () => {
  const { aside } = harness(() => Promise.reject(new Error('the ledger is gone')))
  await aside.add(1, 'is not JSON')
  await expect(aside.written()).rejects.toThrow('the ledger is gone')
})
