import type { Rejection } from './ledger.ts'

interface Batch {
  rows: Rejection[]
  written: Promise<void>
}

/** Collects rejected rows while a write is under way and writes them together; each promise settles when its row is written. */
export function createQuarantine(write: (rows: readonly Rejection[]) => Promise<void>): (row: Rejection) => Promise<void> {
  let open: Batch | null = null
  let last: Promise<void> = Promise.resolve()

  function openBatch(): Batch {
    const batch: Batch = { rows: [], written: Promise.resolve() }
    batch.written = last.then(() => {
      open = null
      return write(batch.rows)
    })
    last = batch.written.catch(() => {})
    return batch
  }

  return (row) => {
    open ??= openBatch()
    open.rows.push(row)
    return open.written
  }
}
