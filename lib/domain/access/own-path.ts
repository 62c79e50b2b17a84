const BASE = 'http://own.invalid'
const LENGTH_MAX = 1000

/** An address that somebody is led to after signing in, if it is a path of this very page; else the first one. */
export function ownPath(asked: string | null | undefined): string {
  if (asked === null || asked === undefined || asked.length > LENGTH_MAX || !/^\/(?![/\\])[\x21-\x7e]*$/.test(asked)) return '/'
  if (asked.includes('\\') || !URL.canParse(asked, BASE)) return '/'
  const url = new URL(asked, BASE)
  const path = `${url.pathname}${url.search}${url.hash}`
  return url.origin !== BASE || path.startsWith('//') || /^\/(?:sign-in|sign-out|api)(?:[/?#]|$)/.test(path) ? '/' : path
}
