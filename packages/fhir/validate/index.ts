/** Checks resources: base R4, and with definitions and terminology everything a profile, a value set and a reference may ask. */
import { baseDefinitions, type Definitions } from '../definition/index.ts'
import type { Finding, Json } from '../model.ts'
import type { ProfilePort, TerminologyPort } from './ports.ts'
import { profiles as profileLayer } from './profile/index.ts'
import { startWalk, walkThrough } from './resource.ts'
import { makeShapes } from './shape.ts'
import type { Knowledge } from './walk.ts'

export type { Code, CodeAnswer, Membership, ProfilePort, TerminologyPort } from './ports.ts'

const typeOf = (resource: Json): string =>
  resource !== null && typeof resource === 'object' && !Array.isArray(resource) && typeof resource.resourceType === 'string'
    ? resource.resourceType.slice(0, 60)
    : 'Resource'

const base: Knowledge = {
  shapeOf: makeShapes(baseDefinitions, false),
  definitions: null,
  terminology: null,
  profiles: null,
  claimed: false,
}

/**
 * What base R4 finds wrong with a resource; an empty list or warnings alone mean it may be accepted.
 * A missing narrative is a warning (dom-6), profiles and optional bindings are not looked at. Stops after 300 findings and never throws.
 *
 * @param opts.path  where the resource stands, e.g. `Bundle.entry[1].resource`; absent: the resource type
 */
export function validateResource(resource: Json, opts: { path?: string } = {}): Finding[] {
  return walkThrough(startWalk(base, opts.path ?? typeOf(resource)), resource)
}

export type Validator = {
  /**
   * What base R4, the profiles the resource claims and those asked for find wrong with it.
   * Stops after 300 findings and never throws.
   *
   * @param opts.profiles  canonicals (`url` or `url|version`) the resource must keep, besides those it claims
   * @param opts.path  where the resource stands; absent: the resource type
   * @param opts.claimed  check what resources claim in meta.profile; true unless said
   */
  validate: (resource: Json, opts?: { profiles?: readonly string[]; path?: string; claimed?: boolean }) => Finding[]
}

/** A validator that knows these definitions and code systems. Cheap to make; what it compiles it keeps. */
export function makeValidator(parts: {
  definitions: Definitions
  terminology?: TerminologyPort | null
  profiles?: ProfilePort | null
}): Validator {
  const { definitions, terminology = null, profiles = profileLayer } = parts
  const shapeOf = makeShapes(() => definitions, terminology !== null)
  const claiming: Knowledge = { shapeOf, definitions, terminology, profiles, claimed: true }
  const plain: Knowledge = { ...claiming, claimed: false }
  return {
    validate: (resource, opts = {}) => {
      const walk = startWalk(opts.claimed === false ? plain : claiming, opts.path ?? typeOf(resource))
      walk.asked = opts.profiles ?? []
      return walkThrough(walk, resource)
    },
  }
}

export {
  type Knowledge,
  nodeHere,
  pathOf,
  report,
  reportAt,
  reportFinding,
  reportInvariant,
  reportOnce,
  resolve,
  type Walk,
} from './walk.ts'
export { holds, type Rule, expressionRule } from './invariant/rule.ts'
