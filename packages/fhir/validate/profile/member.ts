/** Goes through the elements of an object for which a profile adds something. Nothing is allocated where nothing is wrong. */
import type { Json, JsonObject } from '../../model.ts'
import { isPrimitive } from '../../shapes.ts'
import { isFull } from '../walk.ts'
import { isOneOf, typeAt } from './ask.ts'
import type { Member } from './model.ts'
import { type Check, enter, type Frame, leave, type Place, type Run, say, tooDeep } from './run.ts'
import { beginCounting, checkCounts, endCounting, leaveOut, sortIn } from './slicing.ts'
import { isObject } from './values.ts'

const empty: JsonObject = {}

type Item = { value: Json | undefined; extra: JsonObject | undefined }

/** The item at hand; filled in by the callers, because a call may not cost an object. */
const item: Item = { value: undefined, extra: undefined }

function checkItem(run: Run, owner: Frame, member: Member, place: Place, index: number): void {
  const frame = enter(owner)
  frame.value = item.value
  frame.extra = item.extra
  frame.type = typeAt(item.value, place)
  frame.name = place.json
  frame.index = index
  const { path } = run.walk
  path.push(member.name)
  if (index >= 0) path.push(index)
  if (member.allowed !== null && frame.type !== '' && !isOneOf(frame.type, member.allowed)) sayType(run, frame, member)
  else checkContent(run, frame, member)
  path.length -= index >= 0 ? 2 : 1
  leave()
}

function checkContent(run: Run, frame: Frame, { checks, slicing }: Member): void {
  for (let i = 0; i < checks.length; i++) checks[i]!(run, frame)
  if (slicing !== null) sortIn(run, frame, slicing)
}

/** Where another type stands than the profile allows, nothing else is said, nor is a slice missed for it. */
function sayType(run: Run, frame: Frame, { id, allowed, slicing }: Member): void {
  say(run, 'profile/type', [id, [...allowed!].join(' | '), frame.type])
  if (slicing !== null) leaveOut(run, slicing)
}

/** Checks what stands under one JSON name and counts it. */
function checkPlace(run: Run, owner: Frame, object: JsonObject, member: Member, place: Place): number {
  const value = object[place.json]
  const beside = place.sibling === null ? undefined : object[place.sibling]
  if (value === undefined && beside === undefined) return 0
  const active = member.checks.length > 0 || member.slicing !== null || member.allowed !== null
  if (!Array.isArray(value) && !Array.isArray(beside)) {
    if ((value === undefined || value === null) && !isObject(beside)) return 0
    item.value = value ?? undefined
    item.extra = isObject(beside) ? beside : undefined
    if (active) checkItem(run, owner, member, place, -1)
    return 1
  }
  const values = Array.isArray(value) ? value : undefined
  const extras = Array.isArray(beside) ? beside : undefined
  const length = Math.max(values?.length ?? 0, extras?.length ?? 0)
  let count = 0
  for (let i = 0; i < length; i++) {
    const extra = extras?.[i]
    item.value = values?.[i] ?? undefined
    item.extra = isObject(extra) ? extra : undefined
    if (item.value === undefined && item.extra === undefined) continue
    count++
    if (active) checkItem(run, owner, member, place, i)
  }
  return count
}

function checkMember(run: Run, owner: Frame, object: JsonObject, member: Member): void {
  const { places, slicing } = member
  if (slicing !== null) beginCounting(run, slicing)
  let count = 0
  for (let i = 0; i < places.length; i++) count += checkPlace(run, owner, object, member, places[i]!)
  // outside of the base's own bounds the base has spoken
  if (count < member.min && count >= member.baseMin) {
    if (member.min === 1) say(run, 'profile/required', [member.id])
    else say(run, 'profile/min', [member.id, String(member.min), String(count)])
  }
  if (count > member.max && count <= member.baseMax) {
    if (member.max === 0) sayProhibited(run, member)
    else say(run, 'profile/max', [member.id, String(member.max), String(count)])
  }
  if (slicing !== null) {
    checkCounts(run, owner, object, member)
    endCounting(run, slicing)
  }
}

/** Said at the element itself, which is what must go. */
function sayProhibited(run: Run, member: Member): void {
  const { path } = run.walk
  path.push(member.name)
  say(run, 'profile/prohibited', [member.id])
  path.length--
}

/** The check of an object's elements. A primitive's elements are those of its id and extensions. */
export function membersCheck(members: readonly Member[]): Check {
  return (run, frame) => {
    const { value, extra } = frame
    const object = isObject(value) ? value : isPrimitive(frame.type) ? (extra ?? empty) : undefined
    if (object === undefined || tooDeep()) return
    for (let i = 0; i < members.length; i++) {
      if (isFull(run.walk)) return
      checkMember(run, frame, object, members[i]!)
    }
  }
}
