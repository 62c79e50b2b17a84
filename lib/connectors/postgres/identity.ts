import type { PartialIdentity } from '#lib/domain/lineage/identity.ts'

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|)$/i

function addressOf(url: unknown): { host: string; port: string; database: string } | null {
  if (typeof url !== 'string' || url.includes('${') || !/^postgres(ql)?:\/\//i.test(url)) return null
  try {
    const { hostname, port, pathname } = new URL(url)
    return { host: hostname, port: port || '5432', database: decodeURIComponent(pathname.slice(1)) }
  } catch {
    return null
  }
}

/** What others call the tables of a database, by its address. On this machine that is its name alone: another machine says `localhost`, too, and means itself. */
export function identityOf({ url }: Record<string, unknown>): PartialIdentity {
  const own = { omits: ['public'], case: 'lower' } as const
  const address = addressOf(url)
  if (address === null) return own
  return {
    ...own,
    ...(address.database !== '' && { names: [`"${address.database.replaceAll('"', '""')}"`] }),
    ...(!LOOPBACK.test(address.host) && { namespaces: [`postgres://${address.host}:${address.port}`] }),
  }
}
