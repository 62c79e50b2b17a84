/** What the stand-in answers. */
export interface S3Answer {
  status: number
  headers?: Record<string, string>
  body?: string | Buffer
  /** The connection is cut after so many bytes of the body. */
  cutAfter?: number
  /** Nothing more comes after so many bytes, and the connection stays. */
  silentAfter?: number
}

/** An error as S3 tells it. */
export function problem(status: number, code: string, message: string, headers: Record<string, string> = {}): S3Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>`
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body }
}

export function xml(root: string, inside: string): S3Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inside}</${root}>`
  return { status: 200, headers: { 'content-type': 'application/xml' }, body }
}

export function element(name: string, value: string | number | boolean): string {
  return `<${name}>${escapeXml(String(value))}</${name}>`
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[one] ?? '&quot;')
}
