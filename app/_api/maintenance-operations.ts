import {
  maintenanceAnnouncedSchema,
  maintenanceChangedSchema,
  maintenanceMeaningSchema,
  pauseEndedSchema,
} from '#lib/queries/api/answers.ts'
import { maintenanceBody, maintenanceChangeBody, maintenanceEndBody, maintenancePreviewQuestion } from '#lib/queries/api/order-bodies.ts'
import { type Operations, order, read } from './operation.ts'

/** The addresses of announced work. */
export const MAINTENANCE_OPERATIONS: Operations = {
  '/api/v1/maintenance': {
    post: order('Announce maintenance', maintenanceAnnouncedSchema, {
      body: maintenanceBody,
      description: 'Now, once, or again and again: weekdays of every so many weeks, or a day of every so many months.',
    }),
  },
  '/api/v1/maintenance/change': {
    post: order('Change announced maintenance', maintenanceChangedSchema, {
      body: maintenanceChangeBody,
      description: 'What was, and what has begun, stays as it is.',
    }),
  },
  '/api/v1/maintenance/end': { post: order('End or withdraw maintenance', pauseEndedSchema, { body: maintenanceEndBody }) },
  '/api/v1/maintenance/preview': {
    get: read('What maintenance would mean', maintenanceMeaningSchema, {
      question: maintenancePreviewQuestion,
      description: 'In words, or what is wrong with it. Changes nothing.',
    }),
  },
}
