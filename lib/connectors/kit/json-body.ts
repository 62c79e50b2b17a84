import type { HttpAnswer } from '#lib/platform/http/client.ts'
import { type Sniffed, sniffStart } from '#lib/records/read/sniff.ts'
import { refusedAnswer } from './answer.ts'

/** The body of an answer that ought to be JSON, not read yet; a web page or XML is refused, whatever it calls itself. */
export async function jsonBody(system: string, answer: HttpAnswer): Promise<Sniffed['chunks']> {
  const { start, chunks } = await sniffStart(answer.body, 1)
  if (start !== '<') return chunks
  await chunks.return()
  throw refusedAnswer(system, 'it is a web page or XML, not JSON')
}
