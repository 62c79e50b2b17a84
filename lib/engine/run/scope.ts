import { AsyncLocalStorage } from 'node:async_hooks'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'

/** A place among the concurrent items of a `map`; given up while its item waits to retry. */
export interface Slot {
  whileWaiting<T>(wait: () => Promise<T>): Promise<T>
}

/** Where in a flow a piece of code runs: what can stop it, and whose slot it holds. */
interface Scope {
  signal: AbortSignal
  slot: Slot | null
}

const scopes = new AsyncLocalStorage<Scope>()

export function currentScope(): Scope | undefined {
  return scopes.getStore()
}

export function inScope<T>(scope: Scope, work: () => Promise<T>): Promise<T> {
  return scopes.run(scope, work)
}

/** Whether the whole work ends, rather than one of its questions failing. */
export function isStop({ signal }: { signal: AbortSignal }, error: unknown): boolean {
  if (signal.aborted || currentScope()?.signal.aborted) return true
  return isTidemarkError(error) && (error.code === 'fenced' || error.code === 'cancelled')
}
