import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import type { EmbedMemory } from '#app/_embed/embed-memory.ts'
import type { Actor } from '#lib/domain/access/actor.ts'
import type { Site } from '#lib/domain/access/site.ts'
import type { TidemarkError } from '#lib/domain/tidemark-error.ts'
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
  /** What badges and frames show, once somebody asked for one. */
  embeds?: EmbedMemory
  /** Who asks for what is being answered. */
  asking: AsyncLocalStorage<Asking>
  /** Aborted when the process is asked to stop: ends event streams and the listening connection. */
  stopping: AbortController
}

/** Who asks, as the door has found out. */
export interface Asking {
  actor: Actor
  /** The session they ask by; null for those who have none. */
  sessionId: string | null
  site: Site
  /** The address they come from. */
  from: string | null
  /** Why the token they brought lets nobody in. */
  refusal?: TidemarkError
  /** What their browser calls itself. */
  browser: string | null
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
    asking: new AsyncLocalStorage(),
    stopping: new AbortController(),
  }
}

/** What those of an audience were told of lately; remembered from the first question on. */
export function movedFor({ moved, context }: WebProcess, audience: string | null): MovedMemory {
  const found = moved.get(audience) ?? movedMemory(context.clock.now())
  moved.set(audience, found)
  return found
}
