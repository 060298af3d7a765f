/** Compiles the slices of an element. */
import type { Discriminator } from '../../definition/model.ts'
import { type Context, itemChecks, type Subject } from './compile.ts'
import { testOf } from './discriminator.ts'
import type { Slice, Slicing, Test } from './model.ts'
import type { Check } from './run.ts'
import { counters } from './slicing.ts'
import type { TreeNode } from './tree.ts'

const byUrl: readonly Discriminator[] = [{ type: 'value', path: 'url' }]
const byType: readonly Discriminator[] = [{ type: 'type', path: '$this' }]

const isExtension = ({ name }: TreeNode) => name === 'extension' || name === 'modifierExtension'

/** What tells the slices apart; extensions and choices need not say it. */
function discriminatorsOf(node: TreeNode): readonly Discriminator[] {
  const { slicing } = node.def
  if (slicing && slicing.discriminators.length > 0) return slicing.discriminators
  if (isExtension(node)) return byUrl
  return node.choice ? byType : []
}

function sliceOf(
  context: Context,
  around: Subject,
  made: { node: TreeNode; discriminators: readonly Discriminator[]; at: number; order: number },
): Slice {
  const { node, discriminators, at, order } = made
  const { sliceName, min, max, id } = node.def
  const { shape } = around
  const subject: Subject = {
    ...around,
    node,
    shape: node.def.types.length === 1 && around.places.length > 1 ? node.def.types[0]!.code : shape,
    twins: [around.node, ...around.twins],
    earlier: [around.node.def, ...around.earlier],
  }
  const rest = sliceName === '@default'
  const tests = rest
    ? []
    : discriminators.flatMap((one) => testOf(context.definitions, { tree: context.tree, slice: node, shape: subject.shape }, one) ?? [])
  let checks: readonly Check[] | undefined
  return {
    name: sliceName ?? '',
    id: id.includes(':') ? id : `${id}:${sliceName}`,
    min,
    max: max >= around.node.def.max ? Number.POSITIVE_INFINITY : max,
    tests,
    blind: !rest && tests.length === 0,
    rest,
    checks: () => (checks ??= max === 0 ? [] : itemChecks(context, subject)),
    within: node.slices.length === 0 ? null : slicingOf(context, subject),
    at,
    order,
  }
}

type Keyed = { slice: Slice; key: NonNullable<Test['key']> }

/** Slices by the text that tells most of them apart. */
function indexOf(slices: readonly Slice[]): Slicing['index'] {
  if (slices.length < 3) return null
  const keyed = slices.flatMap((slice): Keyed[] => slice.tests.flatMap(({ key }) => (key ? [{ slice, key }] : [])))
  const texts = new Map<string, Set<string>>()
  for (const { key } of keyed) texts.set(key.json, (texts.get(key.json) ?? new Set()).add(key.text))
  const [best] = [...texts].sort((a, b) => b[1].size - a[1].size)
  if (!best || best[1].size < 2) return null
  const [json] = best
  const textOf = new Map(keyed.filter(({ key }) => key.json === json).map(({ slice, key }) => [slice, key.text]))
  const others = slices.filter((slice) => !textOf.has(slice))
  // in the order in which they are written, which decides where several fit
  const byText = new Map([...best[1]].map((text) => [text, slices.filter((slice) => (textOf.get(slice) ?? text) === text)]))
  return { json, byText, others }
}

const addsNothing = (slice: Slice) =>
  slice.min === 0 && slice.max === Number.POSITIVE_INFINITY && slice.within === null && slice.checks().length === 0

function namesOf(slices: readonly Slice[]): string {
  const names = slices.slice(0, 12).map(({ name }) => name)
  return [...names, ...(slices.length > names.length ? [`... (${slices.length})`] : [])].join(', ')
}

/** The slicing of an element, or null where it has none or the slices add nothing that anybody would see. */
export function slicingOf(context: Context, subject: Subject): Slicing | null {
  const { node } = subject
  const { slicing, id } = node.def
  const rules = slicing?.rules ?? 'open'
  if (node.slices.length === 0 && rules !== 'closed') return null
  const discriminators = discriminatorsOf(node)
  let at = 3
  const slices = node.slices.map((child, order) => {
    const slice = sliceOf(context, subject, { node: child, discriminators, at, order })
    at += 1 + (slice.within?.size ?? 0)
    return slice
  })
  // what is in a slice but in none of its slices is well placed
  const quiet = node.choice || (node.def.sliceName !== undefined && subject.twins.length > 0)
  if (quiet && rules === 'open' && !slicing?.ordered && slices.every(addsNothing)) return null
  return {
    id,
    rules,
    ordered: slicing?.ordered ?? false,
    slices,
    names: namesOf(slices),
    index: indexOf(slices),
    rest: slices.find(({ rest }) => rest) ?? null,
    quiet,
    size: counters(slices),
  }
}
