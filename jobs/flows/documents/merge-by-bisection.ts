import { sqlState } from '#lib/engine/lake/lake-error.ts'

/** SQLSTATE of what is wrong with a row, not with the lake: cardinality, data, integrity, limits. */
const ROW_STATES = /^(21|22|23|54)/

/**
 * Does `work` for all rows at once; when the database refuses one of them, for each half, until only that row is left, which is
 * given to `putAside` with the reason. Everything else that goes wrong is thrown.
 */
export async function mergeByBisection<Row, Result>(
  rows: readonly Row[],
  work: (rows: readonly Row[]) => Promise<Result>,
  putAside: (row: Row, reason: string) => Promise<void>,
): Promise<Result[]> {
  try {
    return [await work(rows)]
  } catch (error) {
    const state = sqlState(error)
    if (!ROW_STATES.test(state)) throw error
    const [only] = rows
    if (rows.length === 1 && only !== undefined) {
      await putAside(only, `the lake refuses it (SQLSTATE ${state})`)
      return []
    }
    const middle = Math.ceil(rows.length / 2)
    const left = await mergeByBisection(rows.slice(0, middle), work, putAside)
    return [...left, ...(await mergeByBisection(rows.slice(middle), work, putAside))]
  }
}
