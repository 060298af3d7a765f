/** What a slice is known by: discriminators read from its definition, compiled to questions. @spec http://hl7.org/fhir/R4/profiling.html#discriminator */
import type { Definitions, Discriminator } from '../../definition/model.ts'
import { any, askAlong, containsAsk, equalsAsk, every, exists, negated, typeAsk } from './ask.ts'
import { baseElement, coreType, placesOf, shapeUnder } from './base.ts'
import { conformsAsk, differenceFrom } from './conformance.ts'
import { parseDiscriminatorPath, type PathStep } from './discriminator-path.ts'
import type { Ask, Test } from './model.ts'
import { no, unknown } from './run.ts'
import { memberAsk } from './terminology.ts'
import { childNamed, type Tree, type TreeNode, treeOf } from './tree.ts'
import { shownValue } from './values.ts'

/** A place in definitions: an element of a snapshot, or a type that no snapshot here describes further. */
type Spot = { tree: Tree; node: TreeNode | null; shape: string; codes: readonly string[]; profiles: readonly string[] }

/** What is asked of the value at a spot. `text`: it must be this text and nothing else. */
type Criterion = { ask: Ask; says: string; text?: string; absent?: true; profiles?: readonly string[] }

type Context = { definitions: Definitions; kind: Discriminator['type'] }

const definitionOf = ({ definitions }: Context, canonical: string, tree: Tree) => definitions.structure(canonical, tree.definition.package)

function spotOf(tree: Tree, node: TreeNode, shape: string): Spot {
  const { types } = node.def
  return { tree, node, shape, codes: types.map(({ code }) => code), profiles: types.flatMap(({ profiles }) => profiles ?? []) }
}

const rootSpot = (tree: Tree): Spot => ({
  ...spotOf(tree, tree.root, tree.definition.type),
  codes: [tree.definition.type],
  profiles: [tree.definition.url],
})

/** Roots of the profiles the value has by its type. */
function profileSpots(context: Context, spot: Spot): Spot[] {
  return spot.profiles.flatMap((canonical) => {
    const definition = definitionOf(context, canonical, spot.tree)
    const tree = definition && treeOf(definition)
    return tree ? [rootSpot(tree)] : []
  })
}

function constants(wanted: NonNullable<TreeNode['def']['fixed']>, exact: boolean): Criterion {
  const ask = exact ? equalsAsk(wanted) : containsAsk(wanted)
  const says = `= ${shownValue(wanted.value)}`
  return typeof wanted.value === 'string' ? { ask, says, text: wanted.value } : { ask, says }
}

/** A value is also known by what its parts are fixed to. */
function partsCriterion(context: Context, spot: Spot, depth: number): Criterion | null {
  const { node } = spot
  if (node === null || depth > 4) return null
  const parts: { ask: Ask; says: string }[] = []
  for (const child of node.children) {
    const under = spotOf(spot.tree, child, shapeUnder(child, placesOf(spot.shape, child.name)))
    const required = child.slices.filter((slice) => slice.def.min > 0).map((slice) => ({ ...under, node: slice }))
    for (const one of [under, ...required]) {
      const criterion = constantCriterion(context, one, depth + 1)
      if (criterion === null) continue
      parts.push({ ask: askAlong([{ kind: 'child', name: child.name }], criterion.ask), says: `${child.name} ${criterion.says}` })
    }
  }
  if (parts.length === 0) return null
  return { ask: every(parts.map(({ ask }) => ask)), says: parts.map(({ says }) => says).join(', ') }
}

function constantCriterion(context: Context, spot: Spot, depth: number): Criterion | null {
  const { fixed, pattern } = spot.node?.def ?? {}
  if (fixed) return constants(fixed, true)
  if (pattern) return constants(pattern, false)
  return partsCriterion(context, spot, depth)
}

function presence({ node }: Spot): Criterion | null {
  if (node === null) return null
  if (node.def.min > 0) return { ask: exists, says: 'exists' }
  return node.def.max === 0 ? { ask: exists, says: 'absent', absent: true } : null
}

/** In the value set and with the parts that are fixed. Where the value set is not loaded, a fixed code is enough. */
function boundCriterion(valueSet: string, parts: Criterion | null): Criterion {
  const member = memberAsk(valueSet)
  if (parts === null) return { ask: member, says: `in ${valueSet}` }
  const enough = /\bcode = /.test(parts.says)
  const ask: Ask = (run, value, type) => {
    const fixed = parts.ask(run, value, type)
    if (fixed === no) return no
    const answer = member(run, value, type)
    return answer === unknown && enough ? fixed : answer
  }
  return { ask, says: `in ${valueSet} (${parts.says})` }
}

function valueCriterion(context: Context, spot: Spot): Criterion | null {
  const { fixed, pattern, binding } = spot.node?.def ?? {}
  if (fixed) return constants(fixed, true)
  if (pattern) return constants(pattern, false)
  const parts = partsCriterion(context, spot, 0)
  if (binding?.strength === 'required' && binding.valueSet !== '' && spot.node !== null) {
    const base = baseBinding(context, spot)
    if (base !== binding.valueSet) return boundCriterion(binding.valueSet, parts)
  }
  return parts ?? presence(spot)
}

/** What everybody is bound to tells no slice apart. */
function baseBinding({ definitions }: Context, { node }: Spot): string | undefined {
  const path = node!.def.base?.path
  if (path === undefined || !path.includes('.')) return undefined
  const at = path.lastIndexOf('.')
  return baseElement(definitions, path.slice(0, at), path.slice(at + 1).replace('[x]', ''))?.binding?.valueSet
}

const aliases: Record<string, string> = { SimpleQuantity: 'Quantity', MoneyQuantity: 'Quantity' }

function typeCriterion({ codes }: Spot): Criterion | null {
  const wanted = new Set(codes.map((code) => aliases[code] ?? code))
  return wanted.size === 0 || wanted.has('Resource') ? null : { ask: typeAsk(wanted), says: `type = ${[...wanted].join(' | ')}` }
}

function profileCriterion(spot: Spot): Criterion | null {
  if (spot.profiles.length === 0) return typeCriterion(spot)
  const within = spot.tree.definition.package
  const says = `profile = ${spot.profiles.join(' | ')}`
  return { ask: conformsAsk({ profiles: spot.profiles, codes: spot.codes, within }), says, profiles: spot.profiles }
}

function criterionAt(context: Context, spot: Spot): Criterion | null {
  if (context.kind === 'type') return typeCriterion(spot)
  if (context.kind === 'profile') return profileCriterion(spot)
  if (context.kind === 'exists') return presence(spot)
  const own = valueCriterion(context, spot)
  if (own !== null || spot.node === null) return own
  for (const other of profileSpots(context, spot)) {
    const found = valueCriterion(context, other)
    if (found !== null) return found
  }
  return null
}

/** An extension whose profile is not loaded is known by its url, which by rule is the profile's own. */
function impliedUrl(spot: Spot, name: string): Criterion[] {
  const [canonical] = spot.profiles
  if (canonical === undefined || name !== 'url' || !spot.codes.includes('Extension')) return []
  return [constants({ type: 'uri', value: canonical.split('|')[0]! }, true)]
}

function criteriaOfChild(context: Context, spot: Spot, step: { name: string; rest: readonly PathStep[] }): Criterion[] {
  const { name, rest } = step
  const child = spot.node === null ? undefined : childNamed(spot.node, name)
  if (child) {
    const under = spotOf(spot.tree, child, shapeUnder(child, placesOf(spot.shape, child.name)))
    const found = criteria(context, under, rest)
    if (found.length > 0) return found
    // the part that decides may stand in a slice that must be there
    const required = child.slices.filter((slice) => slice.def.min > 0)
    const inSlices = required.flatMap((slice) => criteria(context, spotOf(spot.tree, slice, under.shape), rest))
    if (inSlices.length > 0) return inSlices
  }
  const isRoot = spot.node === spot.tree.root
  const inProfiles = isRoot ? [] : profileSpots(context, spot).flatMap((other) => criteriaOfChild(context, other, step))
  if (inProfiles.length > 0) return inProfiles
  const implied = impliedUrl(spot, name)
  if (implied.length > 0) return implied
  const same = spot.node?.def.contentReference
  const repeated = same === undefined ? undefined : spot.tree.byPath.get(same)
  if (repeated && repeated.children.length > 0 && spot.node!.children.length === 0)
    return criteriaOfChild(context, spotOf(spot.tree, repeated, spot.shape), step)
  if (child) return []
  const places = placesOf(spot.shape, name)
  if (places.length === 0) return []
  const base = { tree: spot.tree, node: null, shape: places[0]!.type, codes: places.map(({ type }) => type), profiles: [] }
  return criteria(context, base, rest)
}

function criteriaOfExtension(context: Context, spot: Spot, url: string, rest: readonly PathStep[]): Criterion[] {
  const list = spot.node && childNamed(spot.node, 'extension')
  const slice = list?.slices.find((one) => {
    const fixed = childNamed(one, 'url')?.def.fixed?.value
    return fixed === url || one.def.types.some(({ profiles }) => profiles?.some((canonical) => canonical.split('|')[0] === url))
  })
  if (slice) return criteria(context, spotOf(spot.tree, slice, 'Extension'), rest)
  return []
}

/** What a reference leads to: one of its target profiles. */
function targetSpot(context: Context, spot: Spot): Spot[] {
  const targets = spot.node?.def.types.flatMap((type) => type.targets ?? []) ?? []
  const known = targets.flatMap((canonical) => {
    const type = coreType(canonical) ?? definitionOf(context, canonical, spot.tree)?.type
    return type === undefined ? [] : [type]
  })
  // one target of an unknown kind may be anything
  const codes = known.length === targets.length ? [...new Set(known)] : []
  return targets.length === 0 ? [] : [{ tree: spot.tree, node: null, shape: codes[0] ?? 'Resource', codes, profiles: targets }]
}

function criteria(context: Context, spot: Spot, steps: readonly PathStep[]): Criterion[] {
  const [step, ...rest] = steps
  if (step === undefined) return [criterionAt(context, spot)].filter((one) => one !== null)
  if (step.kind === 'child') return criteriaOfChild(context, spot, { name: step.name, rest })
  if (step.kind === 'extension') {
    // a slice of extensions is present or absent as a whole
    return criteriaOfExtension(context, spot, step.url, rest)
  }
  if (step.kind === 'ofType') return criteria(context, { ...spot, shape: step.type }, rest)
  return targetSpot(context, spot).flatMap((target) => criteria(context, target, rest))
}

function together(found: readonly Criterion[]): Criterion {
  const [only] = found
  if (found.length === 1) return only!
  return { ask: any(found.map(({ ask }) => ask)), says: found.map(({ says }) => says).join(' | ') }
}

/** Compiles one discriminator for a slice; null where its definition says nothing about the path. */
export function testOf(
  definitions: Definitions,
  { tree, slice, shape }: { tree: Tree; slice: TreeNode; shape: string },
  discriminator: Discriminator,
): Test | null {
  const steps = parseDiscriminatorPath(discriminator.path)
  if (steps === null) return null
  const found = criteria({ definitions, kind: discriminator.type }, spotOf(tree, slice, shape), steps)
  if (found.length === 0) return null
  const { ask, says, text, absent, profiles } = together(found)
  const along = askAlong(steps, ask)
  const [step] = steps
  const places = steps.length === 1 && step!.kind === 'child' ? placesOf(shape, step!.name) : []
  const key = text !== undefined && places.length === 1 && !places[0]!.many ? { json: places[0]!.json, text } : undefined
  const within = tree.definition.package
  return {
    ask: absent ? negated(along) : along,
    says: `${discriminator.path} ${says}`,
    ...(key ? { key } : {}),
    ...(profiles ? { why: differenceFrom({ profiles, steps, within }) } : {}),
  }
}
