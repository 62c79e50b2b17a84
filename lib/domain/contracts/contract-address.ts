/** Whether a contract is named by an address, and not by a file or a name. */
export function isContractAddress(of: string): boolean {
  return /^https?:\/\//i.test(of)
}

/** Addresses of the machine's own surroundings, where clouds hand out credentials; also an IPv4 address written as one of IPv6 (`a9fe` is 169.254). */
const LINK_LOCAL =
  /^(169\.254\.|100\.100\.100\.200$|168\.63\.129\.16$|\[fe[89ab][0-9a-f]:|\[(?:::ffff:|::|64:ff9b::)a9fe:|\[fd00:ec2::254\]$|metadata(?:\.google\.internal|\.goog)?\.?$)/i

/** Why nothing is read from an address, as half a sentence; null: it may be. */
export function whyNotRead(address: string): string | null {
  if (!URL.canParse(address)) return 'is no address; write it whole, such as https://data.example.com/customer.odcs.yaml'
  const { username, password, hash, hostname } = new URL(address)
  if (username !== '' || password !== '') return 'holds a user or password; a contract is read without any'
  if (hash !== '' || address.endsWith('#')) return 'names a part of a document; take out what follows "#"'
  return LINK_LOCAL.test(hostname)
    ? 'leads to where the machine itself is told its credentials, and nothing is read there; name another host'
    : null
}

/** What one version of the contract at an address is called among contracts; the one that is served bears the address itself. */
export function nameOfVersion(address: string, version: string): string {
  return `${address}#${version}`
}

/** Whether a contract is one that an address served, by its name. */
export function isVersionOf(address: string, name: string): boolean {
  return name === address || name.startsWith(nameOfVersion(address, ''))
}
