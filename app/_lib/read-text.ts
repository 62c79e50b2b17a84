import { refuse } from './respond.ts'

/** The body of a request as text, counted while it is read: the byte after `bytesMax` ends the reading, and nothing of it is kept. */
export async function readText(request: Request, bytesMax: number): Promise<string> {
  if (request.body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request.body) {
    bytes += chunk.length
    if (bytes > bytesMax) throw refuse('This order is too long.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
