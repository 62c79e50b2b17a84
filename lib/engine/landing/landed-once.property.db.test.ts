import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { landingSchema } from '#lib/catalogue/schema/landing.ts'
import type { InboxFile } from '#lib/domain/files/inbox-file.ts'
import { RunStopped } from '#lib/engine/run/stop.ts'
import { type LandingWorld, landingWorld } from '#lib/testing/landing/landing-world.ts'
import { landFile } from './land-file.ts'

let world: LandingWorld
beforeAll(async () => {
  world = await landingWorld()
})
afterAll(() => world?.close())

const LANDING = landingSchema.parse({ into: 'lake/games.prices' })
const SHARE_OF_WESTERN = 7
const textOf = (n: number) => (n % SHARE_OF_WESTERN === 0 ? `Zoë € ${n}` : `Go ${'🎓'.repeat(n % 5)} ${n}`)
const documentOf = (file: number, n: number) => JSON.stringify({ file, n, id: `${n}`, name: textOf(n), price: n / 4 })
/** Some lines in Windows-1252, as a file has them that was put together. */
const bytesOf = (document: string, n: number) =>
  n % SHARE_OF_WESTERN === 0 ? Buffer.from(document.replace('€', '\x80'), 'latin1') : Buffer.from(document)

/** Files in several forms, their content known line by line. */
function putFiles(): { file: InboxFile; documents: Map<number, string> }[] {
  return [0, 1, 2].map((at) => {
    const lines = Array.from({ length: 400 }, (_, n) => n + 1)
    const parts = lines.flatMap((n) => [bytesOf(documentOf(at, n), n), Buffer.from(at === 2 ? ',' : '\n')])
    const content = at === 2 ? Buffer.concat([Buffer.from('['), ...parts.slice(0, -1), Buffer.from(']')]) : Buffer.concat(parts)
    const file = world.store.put(`incoming/${at}`, at === 1 ? gzipSync(content) : content)
    return { file, documents: new Map(lines.map((n) => [n, documentOf(at, n)])) }
  })
}

/** Five times each, in an order that differs from point to point. */
function told<T>(files: readonly T[], seed: number): T[] {
  const all = Array.from({ length: 5 }, () => files).flat()
  return all
    .map((file, at) => ({ file, order: ((at + 1) * (seed * 7919 + 104_729)) % 1009 }))
    .sort((a, b) => a.order - b.order)
    .map(({ file }) => file)
}

/** A worker that lands what it is told, and begins anew after it was struck. */
async function carryOver(name: string, files: readonly InboxFile[]): Promise<void> {
  for (let tries = 0; tries < 5; tries += 1) {
    const { end } = await world.inRun(
      async (ctx) => {
        for (const file of files) await landFile(ctx, file, LANDING)
      },
      { name },
    )
    if (end.state === 'completed') return
  }
  throw new Error(`${name} does not get through`)
}

describe('files that are told five times, out of order, to two workers', () => {
  it.each(Array.from({ length: 20 }, (_, at) => at + 1))(
    'have each of their lines once, as it was written, when a worker dies at point %i',
    async (point) => {
      await world.forget()
      const files = putFiles()
      let pieces = 0
      world.store.onPiece = async () => {
        pieces += 1
        if (pieces !== point) return
        if (point % 2 === 0) throw new RunStopped('handed-back')
        await world.rows(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'tidemark/one/%'",
        )
      }
      const wanted = files.map(({ file }) => file)
      await Promise.all([carryOver('one', told(wanted, point)), carryOver('two', told(wanted, point + 1))])
      for (const { file, documents } of files) {
        const rows = await world.rows<{ line: number; document: unknown }>(
          'select line::int, document from games.prices where key = $1 order by line',
          [file.key],
        )
        expect(rows).toEqual([...documents].map(([line, document]) => ({ line, document: JSON.parse(document) })))
      }
    },
  )
})
