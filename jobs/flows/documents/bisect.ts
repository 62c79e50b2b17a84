import { sqlState } from '#lib/engine/lake/lake-error.ts'

interface Bisection<Item> {
  /** Whether the halves of a failed part are tried. Throws what ends it all. */
  isDivisible(part: readonly Item[], error: unknown): boolean | Promise<boolean>
  mayTry?(tries: number): boolean
  /** The larger parts first, rather than all in their order. */
  largestFirst?: boolean
}

/** Does `work` for each part and, where it fails, for its halves. Answers the items of parts that were not tried. */
export async function bisect<Item>(
  parts: readonly (readonly Item[])[],
  work: (part: readonly Item[]) => Promise<void>,
  how: Bisection<Item>,
): Promise<Item[]> {
  let waiting = [...parts]
  for (let tries = 0; how.mayTry?.(tries) ?? true; tries += 1) {
    const part = waiting.shift()
    if (part === undefined) break
    try {
      await work(part)
    } catch (error) {
      if (await how.isDivisible(part, error)) waiting = how.largestFirst ? [...waiting, ...halvesOf(part)] : [...halvesOf(part), ...waiting]
    }
  }
  return waiting.flat()
}

export function halvesOf<Item>(items: readonly Item[]): [readonly Item[], readonly Item[]] {
  const middle = Math.ceil(items.length / 2)
  return [items.slice(0, middle), items.slice(middle)]
}

/** SQLSTATE classes of a bad row, as opposed to a lake in trouble. */
const ROW_STATES = /^(21|22|23|54)/

/** Does `work` for all rows at once; when the database rejects one, the rows are halved until only that one is left, which goes to
 * `putAside`. Everything else is thrown. */
export async function mergeByBisection<Row, Result>(
  rows: readonly Row[],
  work: (rows: readonly Row[]) => Promise<Result>,
  putAside: (row: Row, reason: string) => Promise<void>,
): Promise<Result[]> {
  const results: Result[] = []
  const isDivisible = async (part: readonly Row[], error: unknown) => {
    const state = sqlState(error)
    const [first] = part
    if (first === undefined || !ROW_STATES.test(state)) throw error
    if (part.length === 1) await putAside(first, `the lake refuses it (SQLSTATE ${state})`)
    return part.length > 1
  }
  await bisect([rows], async (part) => void results.push(await work(part)), { isDivisible })
  return results
}
