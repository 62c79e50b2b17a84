/** A call while one is under way makes it run once more afterwards; errors go to `onError`. `idle` resolves when nothing runs. */
export function singleFlight(work: () => Promise<void>, onError: (error: unknown) => void): { trigger(): void; idle(): Promise<void> } {
  let again = false
  let current: Promise<void> | null = null
  async function run(): Promise<void> {
    do {
      again = false
      await work().catch(onError)
    } while (again)
    current = null
  }
  return {
    trigger() {
      again = true
      current ??= run()
    },
    idle: () => current ?? Promise.resolve(),
  }
}
