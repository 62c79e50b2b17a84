import type { Element } from './shapes.ts'

/** A tile by what its path ends with. */
export interface TileAt {
  path: string
  element: Element
}

/** The tiles of a dashboard that are not deleted; those of LookML have no id, and are called by their link or title, in the order they stand. */
export function shownElements(elements: readonly Element[]): TileAt[] {
  const taken = new Set<string>()
  return elements
    .filter(({ deleted_at: deletedAt }) => deletedAt == null)
    .map((element) => {
      const base = element.id ?? element.lookml_link_id ?? toSlug(element.title)
      let path = base
      for (let n = 2; taken.has(path); n++) path = `${base}-${n}`
      taken.add(path)
      return { path, element }
    })
}

function toSlug(title: string | null | undefined): string {
  const words = (title ?? '').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['tile']
  return words.join('-')
}
