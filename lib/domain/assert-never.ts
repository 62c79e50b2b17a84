/** The end of an exhaustive switch: the compiler proves it unreachable, the runtime says which value got here. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`)
}
