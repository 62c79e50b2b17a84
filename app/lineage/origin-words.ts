const ORIGINS: Record<string, string> = {
  declared: 'declared',
  flow: 'by a flow',
  view: 'by a view',
  dbt: 'by dbt',
  bi: 'by a BI tool',
  openlineage: 'by OpenLineage',
}

/** Whom an edge is known by. */
export function originInWords(origin: string): string {
  return ORIGINS[origin] ?? `by ${origin}`
}
