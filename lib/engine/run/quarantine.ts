import type { Rejection } from './ledger.ts'

interface Batch {
  rows: Rejection[]
  written: Promise<void>
}

/**
 * Collects refused rows while an earlier write is under way and writes them together. The promise of each row
 * settles when that row is written down.
 */
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
