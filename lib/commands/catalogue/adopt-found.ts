import { type AdoptedEdge, adopt } from '#lib/catalogue/adopt/adopt.ts'
import type { Adopting, Adoption, FoundThings } from '#lib/catalogue/adopt/adoption.ts'
import { checkLabels, type LabelFindings } from '#lib/catalogue/adopt/check-labels.ts'
import { fitsGlob } from '#lib/catalogue/adopt/path-glob.ts'
import type { Placement } from '#lib/catalogue/adopt/place-found.ts'
import type { Catalogue } from '#lib/catalogue/catalogue.ts'
import { loadFoundAssets, loadFoundEdges, loadKnownLabels } from '#lib/db/catalogue/found.ts'
import type { Sql } from '#lib/db/context.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** The catalogue with what its rules take over of what has been found by now. */
export interface WithFound {
  catalogue: Catalogue
  edges: AdoptedEdge[]
  placements: Placement[]
  ambiguous: string[]
  /** Connections from which a rule takes, or would. */
  adopts: string[]
  /** When the next of what is gone is to be forgotten, by connection. */
  forgetAt: Map<string, Instant>
}

/** The connections a catalogue's rules are about. */
function connectionsOfRules({ rules }: Pick<Adoption, 'rules'>, { connections }: Pick<Catalogue, 'connections'>): string[] {
  const meant = rules.map(({ from }) => from.split('/')[0] ?? '')
  return connections.map(({ key }) => key).filter((key) => meant.some((pattern) => fitsGlob(pattern, key)))
}

async function loadFound(sql: Sql, connections: readonly string[]): Promise<FoundThings> {
  return { assets: await loadFoundAssets(sql, connections), edges: await loadFoundEdges(sql, connections) }
}

/** Takes over what the rules of a catalogue say, of what is found now; what is gone stays where it was. */
export async function adoptFound(
  sql: Sql,
  now: Instant,
  { catalogue, adoption }: { catalogue: Catalogue; adoption?: Adopting | null },
): Promise<WithFound> {
  if (adoption == null) return { catalogue, edges: [], placements: [], ambiguous: [], adopts: [], forgetAt: new Map() }
  const adopts = connectionsOfRules(adoption.rules, catalogue)
  const found = await loadFound(sql, adopts)
  const { rows } = await sql.query<{ key: string }>("select key from subject where kind = 'asset' and removed_at is null")
  const known = new Set(rows.map(({ key }) => key))
  const adopted = adopt(catalogue, adoption, found, { now, known })
  return { ...adopted, adopts }
}

/** What is wrong, or not known yet, of the labels that a catalogue's rules ask for. */
export async function findLabelProblems(
  sql: Sql,
  { catalogue, adoption }: { catalogue: Catalogue; adoption: Adopting | null },
): Promise<LabelFindings> {
  if (adoption === null) return { problems: [], remarks: [] }
  const connections = catalogue.connections.map(({ key }) => key)
  return checkLabels(adoption.rules.rules, connections, await loadKnownLabels(sql))
}
