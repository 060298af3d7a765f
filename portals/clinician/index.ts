/** The door of the clinician portal: arrivals, charts, items and documents of hospitals and clinics. */
export type { ArrivalView, ChartView, Doors, ItemView, PatientView, Why } from './model.ts'
export { clinicianRoutes } from './routes.tsx'
