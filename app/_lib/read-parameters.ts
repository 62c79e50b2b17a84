import { type ActionFields, jsonObject } from './accept-action.ts'
import { refuse } from './respond.ts'

/** What a run is to be told: an object, or its JSON text from a form. */
export function readParameters({ parameters }: ActionFields): Record<string, unknown> {
  if (parameters === undefined || parameters === '') return {}
  if (typeof parameters === 'string') return jsonObject(parameters)
  if (typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters)) return { ...parameters }
  throw refuse('The parameters of a run are a JSON object.')
}
