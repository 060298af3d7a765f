/** Checks resources: base R4, and with definitions and terminology everything a profile, a value set and a reference may ask. */
export { validateResource } from './resource.ts'
