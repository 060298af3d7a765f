/** Slices: which one an item belongs to, and how many of each there may be. @spec http://hl7.org/fhir/R4/profiling.html#slicing */
import type { JsonObject, Json } from '../../model.ts'
import { isPrimitive } from '../../shapes.ts'
import { isFull } from '../walk.ts'
import { typeAt } from './ask.ts'
import type { Member, Slice, Slicing, Test } from './model.ts'
import { type Answer, type Frame, no, type Run, say, sayOnce, unknown, yes } from './run.ts'
import { isObject } from './values.ts'

/** Counters of a slicing: one a slice, and before them what may belong to any, the last slice met, and what belonged to none. */
const head = 3
const doubtful = 0
const last = 1
const others = 2
export const counters = (slices: readonly Slice[]): number => slices.reduce((sum, slice) => sum + 1 + (slice.within?.size ?? 0), head)

export function beginCounting(run: Run, slicing: Slicing): void {
  const { stack } = run
  const { counts, countsTop } = stack
  for (let i = countsTop; i < countsTop + slicing.size; i++) counts[i] = 0
  stack.countsTop += slicing.size
}

export function endCounting(run: Run, slicing: Slicing): void {
  run.stack.countsTop -= slicing.size
}

function answerOf(run: Run, frame: Frame, tests: readonly Test[]): Answer {
  const value = frame.value ?? null
  let answer: Answer = yes
  for (let i = 0; i < tests.length; i++) {
    const one = tests[i]!.ask(run, value, frame.type)
    if (one === no) return no
    if (one === unknown) answer = unknown
  }
  return answer
}

function candidates({ index, slices }: Slicing, value: Json | undefined): readonly Slice[] {
  if (index === null) return slices
  const text = isObject(value) ? value[index.json] : undefined
  return (typeof text === 'string' ? index.byText.get(text) : undefined) ?? index.others
}

/** The slice of an item, null where it has none, unknown where that cannot be told. */
function sliceOf(run: Run, frame: Frame, slicing: Slicing): Slice | null | typeof unknown {
  const list = candidates(slicing, frame.value)
  let doubt = false
  for (let i = 0; i < list.length; i++) {
    const slice = list[i]!
    if (slice.rest) continue
    const answer = slice.blind ? unknown : answerOf(run, frame, slice.tests)
    if (answer === yes) return slice
    if (answer === unknown) {
      doubt = true
      const says = slice.blind ? '?' : slice.tests.map((test) => test.says).join(', ')
      if (slice.min > 0 || slicing.rules === 'closed') sayOnce(run, 'profile/slice-not-evaluated', [slice.id, says])
    }
  }
  return doubt ? unknown : slicing.rest
}

function place(run: Run, slicing: Slicing, base: number, slice: Slice): void {
  const { counts } = run.stack
  counts[base + slice.at]!++
  if (slicing.ordered && counts[base + last]! > slice.order + 1) {
    const before = slicing.slices[counts[base + last]! - 1]!
    say(run, 'profile/slice-order', [slicing.id, slice.name, before.name])
  } else counts[base + last] = slice.order + 1
  if (slicing.rules === 'openAtEnd' && counts[base + others]! > 0) say(run, 'profile/slice-at-end', [slicing.id, slice.name])
}

/** An item that no slice of a closed slicing takes, with what keeps it from the first that can tell. */
function sayClosed(run: Run, frame: Frame, { id, names, slices }: Slicing): void {
  const { value = null, type } = frame
  let why: { ja: string; en: string } | null = null
  for (const { tests } of slices) for (const test of tests) why ??= test.why?.(run, value, type) ?? null
  say(run, 'profile/slice-closed', [id, names, why?.ja ?? '', why?.en ?? ''])
}

function sortFrom(run: Run, frame: Frame, slicing: Slicing, base: number): void {
  const slice = sliceOf(run, frame, slicing)
  if (slice === unknown) {
    run.stack.counts[base + doubtful]!++
  } else if (slice === null) {
    run.stack.counts[base + others]!++
    if (slicing.rules === 'closed') sayClosed(run, frame, slicing)
    else if (!slicing.quiet) say(run, 'profile/slice-open', [slicing.id, slicing.names])
  } else {
    place(run, slicing, base, slice)
    const checks = slice.checks()
    for (let i = 0; i < checks.length; i++) checks[i]!(run, frame)
    if (slice.within !== null) sortFrom(run, frame, slice.within, base + slice.at + 1)
  }
}

/** Finds the slice of an item, counts it and checks it as that slice. The counters stand at the top. */
export function sortIn(run: Run, frame: Frame, slicing: Slicing): void {
  // the checks of an item count their own slices above ours and give the place back
  sortFrom(run, frame, slicing, run.stack.countsTop - slicing.size)
}

/** Counts an item that is wrong already as if it might belong to any slice. */
export function leaveOut(run: Run, slicing: Slicing): void {
  run.stack.counts[run.stack.countsTop - slicing.size + doubtful]!++
}

type Near = { where: string; failing: readonly Test[]; value: Json; type: string }

/** Each item of the element that might have been meant for the slice, with the tests it fails. */
function misses(run: Run, slice: Slice, object: JsonObject, member: Member): Near[] {
  return member.places.flatMap((place) => {
    const found = object[place.json]
    const list = found === undefined ? [] : Array.isArray(found) ? found.slice(0, 50) : [found]
    return list.flatMap((value, i): Near[] => {
      const type = typeAt(value, place)
      const failing = slice.tests.filter(({ ask }) => ask(run, value, type) === no)
      const where = `${member.name}${Array.isArray(found) ? `[${i}]` : ''}`
      return failing.length === 0 ? [] : [{ where, failing, value, type }]
    })
  })
}

/** What a missing slice looks like, and what kept the nearest item from being it. */
function missing(run: Run, slice: Slice, object: JsonObject, member: Member): { ja: string; en: string } {
  const wanted = slice.tests.map(({ says }) => says).join(', ')
  const [near] = misses(run, slice, object, member)
    .map((miss) => ({ ...miss, reason: miss.failing[0]!.why?.(run, miss.value, miss.type) ?? null }))
    .filter(({ failing, reason }) => failing.length < slice.tests.length || reason !== null)
    .sort((a, b) => a.failing.length - b.failing.length)
  if (wanted === '') return { ja: '足してください。', en: 'Add it.' }
  const ja = `「${wanted}」のものを足してください。`
  const en = `Add one with ${wanted}.`
  if (near === undefined) return { ja, en }
  const differs = near.failing.map(({ says }) => says).join(', ')
  return {
    ja: `${ja}最も近い${near.where}は「${differs}」が違います${near.reason ? `(${near.reason.ja})` : ''}。`,
    en: `${en} The nearest, ${near.where}, differs in ${differs}${near.reason ? ` (${near.reason.en})` : ''}.`,
  }
}

function checkCountsFrom(run: Run, slicing: Slicing, base: number, at: { object: JsonObject; member: Member }): void {
  const { counts } = run.stack
  for (const slice of slicing.slices) {
    if (isFull(run.walk)) return
    const count = counts[base + slice.at]!
    if (count < slice.min && count + counts[base + doubtful]! < slice.min) {
      const { ja, en } = missing(run, slice, at.object, at.member)
      if (slice.min === 1) say(run, 'profile/slice-required', [slice.id, ja, en])
      else say(run, 'profile/slice-min', [slice.id, String(slice.min), String(count), ja, en])
    }
    if (count > slice.max) say(run, 'profile/slice-max', [slice.id, String(slice.max), String(count)])
    if (slice.within !== null && count > 0) checkCountsFrom(run, slice.within, base + slice.at + 1, at)
  }
}

/** Holds the counted items against how many of each slice there may be. */
export function checkCounts(run: Run, owner: Frame, object: JsonObject, member: Member): void {
  const { slicing } = member
  if (slicing === null || (isPrimitive(owner.type) && owner.extra === undefined && slicing.slices.every(({ min }) => min === 0))) return
  checkCountsFrom(run, slicing, run.stack.countsTop - slicing.size, { object, member })
}
