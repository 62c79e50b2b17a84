import type { ServerResponse } from 'node:http'
import { failNow, type JobFault, JobFaults } from './job-faults.ts'

/** What the stand-ins for tools that show data have in common: faults by path, and lists in pages. */
export abstract class Showing {
  readonly requests: string[] = []
  /** It gives no more at once, whatever is asked for. */
  pageMax: number
  /** Each page of a list is the first, the later ones are empty, or all is as it should be. */
  pages: 'good' | 'in-circle' | 'lost' = 'good'
  readonly #faults = new JobFaults<RegExp>()

  constructor(pageMax: number) {
    this.pageMax = pageMax
  }

  /** The next request whose path fits goes wrong. */
  fail(fault: JobFault, path = /./): void {
    this.#faults.add(path, fault)
  }

  /** The fault of a request to this path, unless it has answered already: `answered`. */
  protected faultAt(path: string, response: ServerResponse, refusal: (words: string) => unknown): JobFault | undefined | 'answered' {
    const fault = this.#faults.take((at) => at.test(path))
    return fault !== undefined && failNow(fault, response, refusal) ? 'answered' : fault
  }

  protected page<T>(all: readonly T[], from: number, size: number): readonly T[] {
    if (this.pages === 'lost' && from > 0) return []
    const begin = this.pages === 'in-circle' ? 0 : from
    return all.slice(begin, begin + size)
  }
}
