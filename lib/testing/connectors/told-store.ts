import { z } from 'zod'
import type { Connector, Session } from '#lib/connectors/kit/connector.ts'
import type { StoredFile } from '#lib/connectors/kit/files.ts'
import { testConnectorOf } from './test-connector.ts'

const settings = z.object({ address: z.string(), queue: z.string().optional() })

/** A store in memory with a queue, of kind `test`, and what was asked of it; a connection has the queue whose settings name one. */
export class ToldStore {
  files: StoredFile[] = []
  /** Bodies of messages. */
  waiting: unknown[] = []
  readonly log: string[] = []
  failing: Error | null = null
  /** What takes a message off the queue is lost on its way: the queue hands it out again. */
  isDeaf = false
  readonly #tries = new Map<unknown, number>()
  duringListing: Promise<void> = Promise.resolve()

  connector(): Connector {
    const listed = (where: string, signal?: AbortSignal) => this.#list(where, signal)
    const sessions = testConnectorOf(settings, () => ({ files: listed, fileMessages: () => this.#messages() }))
    return { ...sessions, keepsFiles: true, hasQueue: (written) => written['queue'] !== undefined }
  }

  async *#list(where: string, signal?: AbortSignal): AsyncGenerator<StoredFile> {
    this.log.push(`listed ${where}`)
    if (this.failing !== null) throw this.failing
    const stopped = new Promise<never>((_, stop) => signal?.addEventListener('abort', () => stop(signal.reason)))
    await Promise.race([this.duringListing, stopped])
    yield* this.files.filter(({ bucket, key }) => `${bucket}/${key}`.startsWith(`${where}/`))
  }

  async *#messages(): ReturnType<NonNullable<Session['fileMessages']>> {
    for (const body of this.waiting.splice(0)) {
      const done = async () => {
        this.log.push('done')
        if (!this.isDeaf) return
        this.waiting.push(body)
        throw new Error('The connection was cut.')
      }
      const giveBack = async () => {
        this.log.push('given back')
        this.waiting.push(body)
      }
      const tries = (this.#tries.get(body) ?? 0) + 1
      this.#tries.set(body, tries)
      yield { body, tries, done, giveBack }
    }
  }
}
