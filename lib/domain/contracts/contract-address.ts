import { isOwnSurroundings } from '#lib/domain/connections/own-surroundings.ts'

/** Whether a contract is named by an address, and not by a file or a name. */
export function isContractAddress(of: string): boolean {
  return /^https?:\/\//i.test(of)
}

/** Why nothing is read from an address, as half a sentence; null: it may be. */
export function whyNotRead(address: string): string | null {
  if (!URL.canParse(address)) return 'is no address; write it whole, such as https://data.example.com/customer.odcs.yaml'
  const { username, password, hash, hostname } = new URL(address)
  if (username !== '' || password !== '') return 'holds a user or password; a contract is read without any'
  if (hash !== '' || address.endsWith('#')) return 'names a part of a document; take out what follows "#"'
  return isOwnSurroundings(hostname)
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
