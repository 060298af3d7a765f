/** The door of the clinician portal: arrivals, charts, items and documents of hospitals and clinics. */
export type { ArrivalView, ChartView, Doors, ItemView, PatientView, Why } from './model.ts'
export { clinicianRoutes } from './routes.tsx'
export { Who as EvacueeIdentity } from './disaster/parts.tsx'
export { disasterChart, DisasterChartBody } from './disaster/chart-page.tsx'
export { Born, type Hit, Results, SearchForm, town, whyFound } from './disaster/search-page.tsx'
export { PatientLine } from './frame.tsx'
