import { startCampus } from '#demo/campus/campus.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { startRealWorker } from './real-worker.ts'
import { type Figure, timed } from './report.ts'

const COURSES_PER_TERM = 12_500

/** A real worker process that loads fifty thousand courses from the stand-in over HTTP, twice. */
export async function measureWorker(): Promise<Figure[]> {
  const campus = await startCampus({ clock: systemClock, coursesPerTerm: COURSES_PER_TERM })
  const worker = await startRealWorker(campus)
  try {
    await worker.run('term')
    const first = await timed(() => worker.run('course'))
    const again = await timed(() => worker.run('course'))
    return [
      { name: 'course run over HTTP by a worker, first', value: `${(first.ms / 1000).toFixed(1)} s` },
      { name: 'course run over HTTP by a worker, unchanged', value: `${(again.ms / 1000).toFixed(1)} s` },
      { name: 'peak memory of the worker process', value: `${(await worker.peakMb()).toFixed(0)} MB` },
    ]
  } finally {
    await worker.stop()
    await campus.close()
  }
}
