import { randomBytes } from 'node:crypto'
import { readEnvironment } from '#lib/platform/env.ts'
import { openWebContext } from '#lib/queries/web-context.ts'

/** What every query is given. */
export type Context = ReturnType<typeof openWebContext>

/** What moved, as the open pages are told: statuses, other facts of the page, runs. */
export type PageEvent = { kind: 'statuses'; afterId: string } | { kind: 'facts' } | { kind: 'runs' }

/** What all bundles of one web process share: the database, who is listening, and a key for calls to itself. */
export interface WebProcess {
  context: Context
  listeners: Set<(event: PageEvent) => void>
  internalKey: string
  /** Aborted when the process is asked to stop: ends event streams and the listening connection. */
  stopping: AbortController
}

declare global {
  var tidemarkWebProcess: WebProcess | undefined
}

/** The one web process. Next bundles handlers, pages and instrumentation apart, so it lives on `globalThis`. */
export function webProcess(): WebProcess {
  globalThis.tidemarkWebProcess ??= {
    context: openWebContext(),
    listeners: new Set(),
    internalKey: readEnvironment().secret ?? randomBytes(32).toString('base64url'),
    stopping: new AbortController(),
  }
  return globalThis.tidemarkWebProcess
}
