import type { Folder } from './shapes.ts'

/** What people call the folder that all shared ones lie in; it says nothing. */
const SHARED = 'Shared'
const LEVELS_MAX = 50

/** A folder as it is told to people: with all it lies in, since folders of one name lie in many places. */
export interface FolderPlace {
  path: string
  isPersonal: boolean
}

/** Where each folder lies, by its id: `Finance / Month end`. */
export function folderPlaces(folders: readonly Folder[]): Map<string, FolderPlace> {
  const byId = new Map(folders.map((folder) => [folder.id, folder]))
  return new Map(folders.map(({ id }) => [id, placeOf(id, byId)]))
}

function placeOf(id: string, byId: ReadonlyMap<string, Folder>): FolderPlace {
  const names: string[] = []
  let isPersonal = false
  // A folder that lies in itself would go on for ever.
  for (
    let at = byId.get(id);
    at !== undefined && names.length < LEVELS_MAX;
    at = at.parent_id == null ? undefined : byId.get(at.parent_id)
  ) {
    names.unshift(at.name.trim())
    isPersonal ||= at.is_personal === true || at.is_personal_descendant === true
  }
  const [root, ...below] = names
  return { path: (root === SHARED && below.length > 0 ? below : names).join(' / '), isPersonal }
}
