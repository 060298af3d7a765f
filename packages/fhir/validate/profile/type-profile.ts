/** Profiles on the type of an element: a name as the Japanese name profile wants it, a resource in an entry. */
import type { ElementType, StructureDefinition } from '../../definition/model.ts'
import { coreType } from './base.ts'
import type { Context } from './compile.ts'
import { claims, conforms, definitionFor, fitsType, nearest, sayMissing, type Wanted } from './conformance.ts'
import { type Check, type Frame, isFirst, type Run, say, unknown, yes } from './run.ts'
import { lookFrom } from './scope.ts'
import { childNamed, treeOf } from './tree.ts'
import { isObject } from './values.ts'

/** Runs what a profile adds, at the place where the value stands. */
function runHere(run: Run, frame: Frame, definition: StructureDefinition): void {
  const { walk, definition: outer } = run
  const { scope, around } = walk
  if (isObject(frame.value)) lookFrom(run, frame.value)
  run.definition = definition
  for (const check of run.checksOf(definition)) check(run, frame)
  run.definition = outer
  walk.scope = scope
  walk.around = around
}

/** Checks the value where it stands. The same profile is not checked twice at the same value. */
function applyHere(run: Run, frame: Frame, { wanted, quiet }: { wanted: Wanted; quiet: boolean }): void {
  const { value, type } = frame
  if (isObject(value) && claims(run, value, wanted.canonical)) return
  const definition = definitionFor(run, wanted)
  if (definition === undefined) {
    if (!quiet) sayMissing(run, wanted, 'profile/type-not-loaded')
  } else if (!fitsType(type, definition.type)) {
    say(run, 'profile/resource-type', [wanted.canonical, definition.type, type])
  } else if (run.trying > 0 || !isObject(value) || isFirst(run, value, definition)) {
    runHere(run, frame, definition)
  }
}

function applyOneOf(run: Run, frame: Frame, id: string, wanted: readonly Wanted[]): void {
  const { value, type } = frame
  if (!isObject(value)) return
  let doubt = false
  for (const one of wanted) {
    const answer = conforms(run, value, type, one)
    if (answer === yes) return
    if (answer === unknown) doubt = true
  }
  if (doubt) return
  const difference = nearest(run, value, type, wanted)
  const names = wanted.map(({ canonical }) => canonical).join(', ')
  say(run, 'profile/not-conformant', [id, names, difference?.ja ?? '', difference?.en ?? ''])
}

/** Extensions are checked by their url wherever they stand; only in a trial nobody else does it. */
function isChecked({ definitions, tree }: Context, canonical: string): boolean {
  const definition = definitions.structure(canonical, tree.definition.package)
  const extension = definition && treeOf(definition)
  if (!extension) return true
  const fixed = childNamed(extension.root, 'url')?.def.fixed?.value
  return fixed === undefined || fixed === extension.definition.url
}

/** The checks of profiles on a type that the base does not ask for. */
export function typeProfileChecks(
  context: Context,
  { id, type, profiles }: { id: string; type: ElementType; profiles: readonly string[] },
): Check[] {
  const within = context.tree.definition.package
  // R4's own types are the base's matter
  const wanted = profiles.filter((canonical) => coreType(canonical) === null).map((canonical) => ({ canonical, within }))
  const [only] = wanted
  if (only === undefined || wanted.length < profiles.length) return []
  const aside = type.code === 'Extension' && wanted.every(({ canonical }) => isChecked(context, canonical))
  const here = { wanted: only, quiet: aside }
  return [
    (run, frame) => {
      if (aside && run.trying === 0) return
      if (frame.type !== type.code && frame.type !== '' && !fitsType(frame.type, type.code)) return
      if (wanted.length === 1) applyHere(run, frame, here)
      else applyOneOf(run, frame, id, wanted)
    },
  ]
}
