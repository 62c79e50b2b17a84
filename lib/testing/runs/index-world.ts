import { parse } from 'yaml'
import { flowFromDeclaration } from '#jobs/declared-flows/declared-flow.ts'
import { declaredFlowSchema } from '#lib/catalogue/schema/declared-flow.ts'
import { openElasticsearch } from '#lib/connectors/elasticsearch/open.ts'
import type { Field } from '#lib/domain/contracts/field.ts'
import { type PretendSearchWorld, startSearchWorld } from '#lib/testing/connectors/pretend-search.ts'
import { lakeWithCampus, type RunOptions } from './lake-runs.ts'
import { MemoryLedger } from './memory-ledger.ts'

export interface IndexRun extends RunOptions {
  yaml: string
  /** The fields of the contract about what is read; absent: there is none. */
  fields?: readonly Field[]
}

/** A lake and a search cluster, and runs of a flow that indexes what it reads; each story begins with an empty cluster. */
export async function openIndexWorld() {
  const lake = await lakeWithCampus()
  let search = await startSearchWorld()
  return {
    lake,
    get search(): PretendSearchWorld {
      return search
    },
    async beginAnew(): Promise<void> {
      await search.server.close()
      search = await startSearchWorld()
    },
    async close(): Promise<void> {
      await search.server.close()
      await lake.close()
    },
    /** One run, a millisecond after the one before: the name of a build tells when it began. */
    run(records: Iterable<unknown>, { yaml, fields, ...more }: IndexRun) {
      search.clock.set(search.clock.now() + 1)
      const promised = fields && { name: 'Prices', version: '2.0.0', fields: [...fields] }
      const written = declaredFlowSchema.parse(parse(yaml))
      return lake.run('price-index', flowFromDeclaration({ name: 'price-index', written, zone: 'UTC', ...(promised && { promised }) }), {
        extract: async function* () {
          yield* records
        },
        buildIndex: (wanted, signal) => {
          const build = openElasticsearch(search.connection({}, signal)).buildIndex?.(wanted, signal)
          if (build === undefined) throw new Error('builds nothing')
          return build
        },
        ...more,
      })
    },
    /** As a later attempt finds what the one before has stored. */
    ledgerAfter: ({ ledger }: { ledger: MemoryLedger }) =>
      new MemoryLedger(Object.fromEntries(ledger.ended.flatMap(({ name, result }) => (result === undefined ? [] : [[name, result]])))),
    /** The documents that readers find, with their ids; null: there is no such index. */
    found: () => search.server.world.behind('prices')?.flatMap((index) => [...(index.visible ?? index.documents)]) ?? null,
    /** Looks at what readers find whenever it is called after a write, a refresh or a change of what stands behind the name. */
    onChange(look: () => void): () => void {
      let before: readonly unknown[] | undefined
      return () => {
        const now = search.server.world.behind('prices')?.flatMap(({ name, written, visible }) => [name, written, visible]) ?? []
        const isSame = before?.length === now.length && before.every((one, at) => one === now[at])
        before = now
        if (!isSame) look()
      }
    },
    indexNames: () => [...search.server.world.indices.keys()],
  }
}
export type IndexWorld = Awaited<ReturnType<typeof openIndexWorld>>
