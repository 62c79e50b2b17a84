import { randomBytes } from 'node:crypto'
import { readEnvironment } from '#lib/platform/env.ts'
import { openWebDatabase, type WebDatabase } from '#lib/queries/shared/web-context.ts'
import type { Listener } from './event-stream.ts'
import { type MovedMemory, movedMemory } from './moved-memory.ts'

/** What every query is given. */
export type Context = WebDatabase['context']

/** What all bundles of one web process share: the database, who is listening, and a key for calls to itself. */
export interface WebProcess extends WebDatabase {
  /** The open event streams. */
  listeners: Set<Listener>
  /** What those of an audience were told of lately; `null` are those who see everything. */
  moved: Map<string | null, MovedMemory>
  internalKey: string
  /** Aborted when the process is asked to stop: ends event streams and the listening connection. */
  stopping: AbortController
}

declare global {
  var tidemarkWebProcess: WebProcess | undefined
}

/** The one web process. Next bundles handlers, pages and instrumentation apart, so it lives on `globalThis`. */
export function webProcess(): WebProcess {
  globalThis.tidemarkWebProcess ??= open()
  return globalThis.tidemarkWebProcess
}

function open(): WebProcess {
  const database = openWebDatabase()
  return {
    ...database,
    listeners: new Set(),
    moved: new Map([[null, movedMemory(database.context.clock.now())]]),
    internalKey: readEnvironment().secret ?? randomBytes(32).toString('base64url'),
    stopping: new AbortController(),
  }
}

/** What those of an audience were told of lately; remembered from the first question on. */
export function movedFor({ moved, context }: WebProcess, audience: string | null): MovedMemory {
  const found = moved.get(audience) ?? movedMemory(context.clock.now())
  moved.set(audience, found)
  return found
}
