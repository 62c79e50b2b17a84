/** What became of an order: where to go on, or in words why it was not taken, with the page of what is in its way. */
export type ActionOutcome = { ok: true; location: string } | { ok: false; problem: string; location: string | null }

/** Sends an order to the page's own API as JSON; never throws. */
export async function postAction(path: string, order: object): Promise<ActionOutcome> {
  try {
    const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) })
    const body: unknown = await answer.json()
    if (answer.ok) return { ok: true, location: textIn(body, 'location') ?? '/' }
    return { ok: false, problem: textIn(body, 'problem') ?? `The page answered ${answer.status}.`, location: textIn(body, 'location') }
  } catch {
    return { ok: false, problem: 'The page could not be reached. Try again.', location: null }
  }
}

function textIn(body: unknown, name: string): string | null {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : null
  return typeof value === 'string' ? value : null
}
