import { listResponse } from '#app/_api/list-response.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { CONNECTION_LIST } from '#lib/queries/api/list-connections.ts'

/** Every connection: does it let us in, and how old are its secrets? Names and places of secrets, never their values. */
export function GET(request: Request): Promise<Response> {
  return listResponse(request, CONNECTION_LIST, () => requestContext())
}
