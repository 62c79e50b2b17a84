import type { Manifest } from '#lib/connectors/dbt/artifacts/manifest.ts'
import type { Connected } from '#lib/connectors/dbt/connected.ts'
import { holdsData } from '#lib/connectors/dbt/found-nodes.ts'
import { invocationRun, jobOfProject } from '#lib/connectors/dbt/invocation-run.ts'
import { isFuture } from '#lib/domain/time/instant.ts'
import { Gathering, type OpenArtifact, type Place, readCatalogAt, readManifestAt } from './place.ts'

/** What there is, for a check. */
export function manifestInWords({ nodes, project, adapter }: Manifest): string {
  return `The manifest of ${project ?? 'the project'}${adapter === null ? '' : ` on ${adapter}`} is there: ${nodes.size} nodes.`
}

/** Another command writes over what the build before it left. */
const LOADS_NOTHING =
  'Its run_results.json is of a command that loads nothing, such as docs generate or test: what was built before it is known only if a look came in between. Generate docs with --no-compile, and test with dbt build.'

/** Where nothing tells one job from another, the project is the job that writes each of its nodes. */
export function jobsOfProject(manifest: Manifest): Map<string, string> {
  return new Map([...manifest.nodes.values()].filter(holdsData).map(({ id }) => [id, jobOfProject(manifest)]))
}

/** A place where each run of dbt leaves its artifacts over those of the one before: a folder, or an address below which they stand. */
export function oneTarget(connection: Connected, what: string, open: OpenArtifact): Place {
  const manifest = () => readManifestAt(connection, what, open)
  const told = async () => {
    const gathering = new Gathering(connection)
    await gathering.takeResults(open)
    await gathering.takeMeasurements(open)
    // Last, so that what is new in the others is in it, too.
    return gathering.told(await manifest())
  }
  return {
    manifest,
    catalog: () => readCatalogAt(connection, open),
    told,
    async check() {
      const words = manifestInWords(await manifest())
      const results = await new Gathering(connection).takeResults(open)
      return results === null || results.isLoad ? words : `${words} ${LOADS_NOTHING}`
    },
    jobs: async (own) => jobsOfProject(own),
    async *runs(since) {
      const gathering = new Gathering(connection)
      const results = await gathering.takeResults(open)
      const [unusable] = gathering.unusable.results
      if (unusable !== undefined) throw unusable
      const now = connection.clock.now()
      if (results === null || results.generatedAt < since || isFuture(results.generatedAt, now)) return
      const run = invocationRun(await manifest(), results)
      if (run !== null) yield run
    },
  }
}
