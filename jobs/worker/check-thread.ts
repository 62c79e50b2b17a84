import { parentPort, workerData } from 'node:worker_threads'
import { loadCatalogueReading } from '#lib/commands/catalogue/load-catalogue.ts'
import { loadExtensions } from './load-extensions.ts'

parentPort?.postMessage(loadCatalogueReading(workerData, await loadExtensions()))
