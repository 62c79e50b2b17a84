/** Whether whoever asks says (If-None-Match) that they have this very version already; a weak tag and a strong one of the same text are one. */
export function isKnown(ifNoneMatch: string | null | undefined, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').map(bareTag).includes(bareTag(etag))
}

function bareTag(tag: string): string {
  return tag.trim().replace(/^W\//, '')
}

/** Whether an Accept-Encoding header allows gzip (RFC 9110, 12.5.3). */
export function takesGzip(accepted: string | null | undefined): boolean {
  const weights = new Map(
    (accepted ?? '').split(',').map((one) => {
      const [name = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase())
      return [name, Number(parameters.find((part) => part.startsWith('q='))?.slice(2) ?? 1)] as const
    }),
  )
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0
}
