import { parentPort, workerData } from 'node:worker_threads'
import { loadCatalogueReading } from '#lib/commands/catalogue/load-catalogue.ts'
import { loadExtensions } from './load-extensions.ts'

const loaded = loadCatalogueReading(workerData.read, await loadExtensions(), workerData.at)
// What is installed cannot pass from thread to thread; the other side has it, too.
parentPort?.postMessage(loaded.ok && loaded.adoption !== null ? { ...loaded, adoption: { ...loaded.adoption, contracts: null } } : loaded)
