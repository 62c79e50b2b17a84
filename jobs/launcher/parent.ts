// Loaded first into every process the launcher starts: when the launcher is gone, however it ended, the process
// stops in order, so that a killed launcher leaves no second worker behind.
const PATIENCE_MS = 10_000

// Children of children inherit this file too, with its address; they are their own parent's business.
const launcher = Number(new URL(import.meta.url).searchParams.get('launcher'))

if (process.ppid === launcher) {
  process.on('disconnect', () => {
    setTimeout(() => process.exit(1), PATIENCE_MS).unref()
    process.kill(process.pid, 'SIGTERM')
  })
  // Listening must not keep a process alive that is done.
  process.channel?.unref()
}
