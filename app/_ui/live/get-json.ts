/** Reads JSON from the page's own API; a refusal throws with the words of the answer. */
export async function getJson<T>(path: string, signal: AbortSignal): Promise<T> {
  const answer = await fetch(path, { signal, headers: { accept: 'application/json' } })
  const body: unknown = await answer.json()
  if (!answer.ok) throw new Error(problemOf(body) ?? `The page answered ${answer.status}.`)
  return trusted<T>(body)
}

function problemOf(body: unknown): string | null {
  return typeof body === 'object' && body !== null && 'problem' in body && typeof body.problem === 'string' ? body.problem : null
}

/** Our own server made it, from the very type. */
function trusted<T>(body: unknown): T {
  return body as T
}
