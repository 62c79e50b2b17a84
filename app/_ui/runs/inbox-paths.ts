import { flowPath, questionOf } from '#app/_ui/paths.ts'

/** Where failed files of a flow's inbox are tried again. */
export function retryFilesPath(name: string): string {
  return `/api/v1/flows/${encodeURIComponent(name)}/files/retry`
}

/** The files of a flow's inbox that are in a state, after a place. */
export function flowFilesPath(name: string, question: { files?: string | null; before?: string | null } = {}): string {
  return `${flowPath(name)}${questionOf(question)}#files`
}
