import type { SecretPlace, SeenReference } from '#lib/domain/connections/secret-reference.ts'

const PLACES: Record<SecretPlace, string> = {
  'env-file': 'in .env',
  'secret-file': 'in this file',
  shell: 'set in the shell only: a change needs a restart',
  'shell-over-env-file': 'set in the shell, which hides its line in .env: a change needs a restart',
  tidemark: 'given by Tidemark itself',
  missing: 'not set',
}

/** Where a reference is set, to follow its name. */
export function placeInWords(place: SecretPlace): string {
  return PLACES[place]
}

const PICKED_UP = 'The next run uses it, without a restart.'

function step(place: SecretPlace, names: string): string {
  switch (place) {
    case 'env-file':
      return `Change the line of ${names} in .env. ${PICKED_UP}`
    case 'secret-file':
      return `Write the new value into ${names}. ${PICKED_UP}`
    case 'shell':
      return `Set ${names} where the worker is started, then restart it. Moved into .env, it could be changed without a restart.`
    case 'shell-over-env-file':
      return `Take ${names} out of the shell and restart the worker once; from then on the line in .env counts.`
    case 'tidemark':
      return `Nothing to do for ${names}: Tidemark sets it itself.`
    case 'missing':
      return `Write ${names}=… into .env. ${PICKED_UP}`
  }
}

/** How the secrets of a connection are replaced: one line for each place they are set in. */
export function rotationInWords(references: readonly Pick<SeenReference, 'name' | 'setIn' | 'isSecret'>[]): string[] {
  const secrets = Map.groupBy(
    references.filter((reference) => reference.isSecret),
    // A name that no variable can have is the path of a secret file.
    ({ setIn, name }) => (setIn === 'missing' && !/^\w+$/.test(name) ? 'secret-file' : setIn),
  )
  return [...secrets].map(([place, some]) => step(place, some.map((reference) => reference.name).join(' and ')))
}
