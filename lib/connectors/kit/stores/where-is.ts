/** An address as it is written, without what says nothing: its scheme and the usual port, capitals, slashes at its end. A reference stands for itself. */
export function spelledAlike(address: unknown): string {
  if (typeof address !== 'string') return ''
  if (!URL.canParse(address)) return address.replace(/\/+$/, '')
  const { hostname, port, pathname } = new URL(address)
  const isUsual = port === '' || port === '80' || port === '443'
  return `${hostname.replace(/\.$/, '')}${isUsual ? '' : `:${port}`}${pathname.replace(/\/+$/, '')}`
}

/** Where a bucket and what is in it are on whatever speaks as S3 does: those of Amazon are told apart by their names alone, in whichever region they are. */
export function whereInS3({ endpoint, region }: Record<string, unknown>, place: string): string {
  const host = endpoint === undefined ? 'amazonaws.com' : spelledAlike(endpoint)
  if (!/(^|\.)amazonaws\.com(\.cn)?$/.test(host)) return `s3 ${host}/${place}`
  const [, apart = ''] = /(us-gov|cn)-/.exec(`${host} ${String(region)}`) ?? []
  return `s3 aws${apart}/${place}`
}

export function whereInAzure({ url }: Record<string, unknown>, place: string): string {
  return `azure ${spelledAlike(url)}/${place}`
}

/** Where a folder is on an SFTP server: below the root of its connection, and where that has none, below the one it starts in, taken for the same. */
export function whereOnSftp({ host, port = 22, root = '' }: Record<string, unknown>, place: string): string {
  const name = typeof host === 'string' && !host.includes('${') ? host.toLowerCase().replace(/\.$/, '') : String(host)
  const folders = `${String(root)}/${place}`.split('/').filter((part) => part !== '' && part !== '.')
  return `sftp ${name}:${String(port)}/${folders.join('/')}`
}
