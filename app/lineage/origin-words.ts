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

/** Whether it stands in the catalogue that one thing is made from another, or in a flow; else other systems tell it. */
export function isWritten(origins: readonly string[]): boolean {
  return origins.some((origin) => origin === 'declared' || origin === 'flow')
}
