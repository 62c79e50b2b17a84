/** Who ordered what: `Reloaded by Ada: SAP is back`. */
export function reloadedBy({ orderedBy, reason }: { orderedBy: string | null; reason: string | null }): string {
  const who = orderedBy === null ? 'Reloaded' : `Reloaded by ${orderedBy}`
  return reason === null || reason === '' ? `${who}.` : `${who}: ${reason}`
}
