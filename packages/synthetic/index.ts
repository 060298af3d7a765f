/** The door to the synthetic people: a region with facilities, staff, people and their records. Pure and deterministic. */
export * from './model.ts'
export { bundles } from './bundle/bundles.ts'
export { messes } from './bundle/plan.ts'
export { coverageOn } from './people/people.ts'
export { type Random, randomFrom } from './random.ts'
export { makeRegion, type RegionInput } from './region.ts'
