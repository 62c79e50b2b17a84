/** One entry of the directory; every attribute is a list. */
export interface Entry {
  dn: string
  attributes: Record<string, string[]>
}
