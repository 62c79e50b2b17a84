/** Where people meet the page, as far as sign-in goes by it. */
export interface Site {
  /** The address people use, without a path. */
  origin: string
  /** Beyond this machine: a cookie is kept only over https. */
  isSecure: boolean
}

/** The site of a request: only who asks for a loopback name of a page whose own address is one, too, is on this machine. */
export function siteOf(host: string, pageUrl: string): Site {
  const page = new URL(pageUrl)
  const asked = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : page
  if (isLoopbackName(asked.hostname) && isLoopbackName(page.hostname)) return { origin: asked.origin, isSecure: false }
  return { origin: page.origin, isSecure: true }
}

/** Whether a browser keeps a sign-in there: beyond this machine it does so over https only. */
export function keepsSignIn({ origin, isSecure }: Site): boolean {
  return !isSecure || origin.startsWith('https:')
}

/** The name of the session's cookie: beyond this machine one that browsers take from this very host, over https only. Ports share cookies, so a port has its own. */
export function sessionCookieName({ origin, isSecure }: Site): string {
  return isSecure ? '__Host-tidemark' : `tidemark-${new URL(origin).port || '80'}`
}

/** Whether a host, as a URL writes it, is this machine by its name or number. */
export function isLoopbackName(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}
