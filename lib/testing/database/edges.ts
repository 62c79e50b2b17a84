type Told = [upstreamId: number, downstreamId: number, origin?: string, toldBy?: string]

/** SQL: edges in force since the beginning of 2026; what is not said is declared, and told by the catalogue. */
export function edgesInSql(...edges: Told[]): string {
  const rows = edges.map(
    ([up, down, origin = 'declared', toldBy = 'catalogue']) => `(${up}, ${down}, '${origin}', '${toldBy}', '2026-01-01')`,
  )
  return `insert into lineage_edge (upstream_id, downstream_id, origin, told_by, from_at) values ${rows.join(', ')}`
}
