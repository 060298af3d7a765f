/** The door to the synthetic people: a region with facilities, staff, people and their records. Pure and deterministic. */
export * from './model.ts'
export { bundles } from './bundle/bundles.ts'
export { messes } from './bundle/plan.ts'
export { measureRegion, type RegionMeasure } from './measure.ts'
export { coverageOn } from './people/people.ts'
export { type Random, randomFrom } from './random.ts'
export { makeRegister, type RegisterRow } from './register.ts'
export { makeRegion, type RegionInput } from './region.ts'
