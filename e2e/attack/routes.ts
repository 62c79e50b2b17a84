import { globSync } from 'node:fs'
import { LATE_ASSET } from '../journey-catalogue.ts'

/** What stands for each variable part of an address: something that is there. */
const PARTS: Record<string, string> = {
  '[feed]': 'terms',
  '[group]': 'records',
  '[connection]': 'warehouse',
  '[flow]': 'nightly',
  '[token]': 'a-token-that-nobody-has',
  '[run]': '00000000-0000-4000-8000-000000000000',
  '[person]': 'nobody',
  '[invitation]': '0',
  '[order]': '1',
  '[...asset]': LATE_ASSET.split('/').map(encodeURIComponent).join('/'),
}

/** The addresses of every page and route there is in the file tree. */
export function allRoutes(): string[] {
  const files = globSync('app/**/{page.tsx,route.ts}').sort()
  return files.map((file) => {
    const parts = file
      .split('/')
      .slice(1, -1)
      .filter((part) => !/^\(.*\)$/.test(part))
    return `/${parts.map((part) => exampleOf(part, file)).join('/')}`
  })
}

function exampleOf(part: string, file: string): string {
  if (!part.startsWith('[')) return part
  const example = PARTS[part]
  if (example === undefined) throw new Error(`Say in e2e/attack/routes.ts what stands for ${part} (${file}).`)
  return example
}
