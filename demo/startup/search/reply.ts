export interface Reply {
  status: number
  /** A document, or text as it is sent. */
  body: unknown
  contentType?: string
}

export const ok = (body: unknown): Reply => ({ status: 200, body })

/** An error as Elasticsearch says it. */
export function failure(status: number, type: string, reason: string, cause: { type: string; reason: string } = { type, reason }): Reply {
  return { status, body: { error: { root_cause: [cause], type, reason }, status } }
}

export const noSuchIndex = (name: string) => failure(404, 'index_not_found_exception', `no such index [${name}]`)
