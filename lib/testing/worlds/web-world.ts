import { AsyncLocalStorage } from 'node:async_hooks'
import type { AddressInfo } from 'node:net'
import type { Behind } from '#app/_door/answer-in-trouble.ts'
import { createDoor } from '#app/_door/door.ts'
import { withGate } from '#app/_door/gate.ts'
import type { Asking, WebProcess } from '#app/_lib/web-process.ts'
import { closeContext } from '#lib/db/context.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'
import { openWebDatabase } from '#lib/queries/shared/web-context.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'

/** What the web process of these tests signs its calls to itself with. */
export const WEB_SECRET = 'a secret of forty characters, at least so'

const ADDRESS = 'http://localhost:3000'

/** Somebody nobody knows, at this machine's own address of the page. */
export const NOBODY: Asking = {
  ...{ actor: visitor(), sessionId: null, site: siteOf('localhost:3000', ADDRESS) },
  ...{ from: '10.0.0.1', browser: 'Test Browser' },
}

/** The web process of a test, over a database of its own, as handlers of the page find it. */
export interface WebWorld {
  web: WebProcess
  database: TestDatabase
  close(): Promise<void>
}

export async function openWebWorld(): Promise<WebWorld> {
  const database = await createTestDatabase()
  const opened = openWebDatabase(readEnvironment({ DATABASE_URL: database.url, TIDEMARK_SECRET: WEB_SECRET, ENV_FILE: 'none' }))
  const process: Pick<WebProcess, 'context' | 'ask' | 'asking' | 'internalKey'> = {
    ...opened,
    asking: new AsyncLocalStorage(),
    internalKey: WEB_SECRET,
  }
  const web = process as WebProcess
  globalThis.tidemarkWebProcess = web
  const close = async () => {
    globalThis.tidemarkWebProcess = undefined
    await closeContext(web.context)
    await database.drop()
  }
  return { web, database, close }
}

/** A door with its gate before an answer, on a free port. */
export async function openGate(web: WebProcess, answer: Behind['answer']): Promise<{ port: number; close(): Promise<void> }> {
  const gated = withGate({ web, access: () => getPageAccess(web.context), isDevelopment: false, answer })
  const door = createDoor({ isDevelopment: false, addresses: [], proxies: [], catalogueAddress: async () => null, answer: gated })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    door.closeAllConnections()
    await new Promise((resolve) => door.close(resolve))
  }
  return { port: (door.address() as AddressInfo).port, close }
}

/** What a browser without JavaScript sends from a form of the page. */
export function formRequest(fields: Record<string, string>, headers: Record<string, string> = {}): Request {
  return new Request(`${ADDRESS}/api/x`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { host: 'localhost:3000', origin: ADDRESS, ...headers },
  })
}
