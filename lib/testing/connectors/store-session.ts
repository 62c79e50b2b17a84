import { onTestFinished } from 'vitest'
import type { Connection, Observation, Session } from '#lib/connectors/kit/connector.ts'
import type { OpenedFile, StoredFile } from '#lib/connectors/kit/files.ts'

/** A session that keeps files, all of what it can do with them there. */
export type StoreSession = Session & Required<Pick<Session, 'files' | 'openFile' | 'copyFile' | 'fileMessages' | 'observe' | 'discover'>>

/** Sessions and looks through the connections of a world; each look is handed what the one before kept. */
export function inWorld<S>(
  open: (connection: Connection<S>) => Session,
  connection: (settings?: Record<string, unknown>) => Connection<S>,
) {
  const states = new Map<string, Record<string, unknown> | null>()
  const session = (settings?: Record<string, unknown>, more: Partial<Connection<S>> = {}): StoreSession => {
    const opened = open({ ...connection(settings), ...more })
    onTestFinished(async () => {
      await opened.close?.()
    })
    return opened as StoreSession
  }
  return {
    session,
    async look(assets: Record<string, Record<string, unknown>>, settings?: Record<string, unknown>): Promise<Map<string, Observation>> {
      const asked = Object.entries(assets).map(([path, own]) => {
        return { key: `shop/${path}`, path, settings: own, previous: states.get(`${path} ${JSON.stringify(own)}`) ?? null }
      })
      const seen = new Map<string, Observation>()
      for await (const observation of session(settings).observe(asked)) {
        const path = observation.assetKey.slice('shop/'.length)
        seen.set(path, observation)
        // As it comes back from where it is kept.
        if (observation.state !== undefined)
          states.set(`${path} ${JSON.stringify(assets[path])}`, JSON.parse(JSON.stringify(observation.state)))
      }
      return seen
    },
  }
}

/** What was listed, by key. */
export async function listed(files: AsyncIterable<StoredFile>): Promise<string[]> {
  return (await Array.fromAsync(files)).map(({ key }) => key)
}

/** The content of a file that was opened. */
export async function content({ bytes }: OpenedFile): Promise<string> {
  return Buffer.concat(await Array.fromAsync(bytes)).toString('utf8')
}
