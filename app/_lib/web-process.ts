import { randomBytes } from 'node:crypto'
import { readEnvironment } from '#lib/platform/env.ts'
import { openWebContext } from '#lib/queries/web-context.ts'
import type { Listener } from './event-stream.ts'

/** What every query is given. */
export type Context = ReturnType<typeof openWebContext>

/** What all bundles of one web process share: the database, who is listening, and a key for calls to itself. */
export interface WebProcess {
  context: Context
  /** The open event streams. */
  listeners: Set<Listener>
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
