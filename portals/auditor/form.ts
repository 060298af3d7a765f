import { z } from 'zod'
import { type Answer, bodyOf, type RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import type { FieldError } from '#ui'

/** Fields of a form: a name that comes twice is a list. */
export const fields = z.record(z.string().max(60), z.union([z.string().max(20_000), z.array(z.string().max(2_000)).max(200)]))

export type Typed = { text: (name: string) => string; isOn: (name: string) => boolean; all: Readonly<Record<string, string>> }

/** A box that is not ticked is not sent; programs write that they mean no. */
const NO: ReadonlySet<string> = new Set(['', 'no', 'false', 'off', '0'])

/** What was typed, trimmed; '' where nothing was. */
export function typedIn(request: RouteRequest): Typed {
  const given = bodyOf(request, fields)
  const text = (name: string) => ([given[name] ?? []].flat()[0] ?? '').trim()
  return {
    text,
    isOn: (name) => !NO.has(text(name).toLowerCase()),
    all: Object.fromEntries(Object.keys(given).map((name) => [name, text(name)])),
  }
}

/** Done: a form is led on, a program is told where to. */
export const led = (request: RouteRequest, to: string, more: object = {}): Answer =>
  wantsJson(request.headers.accept) ? { json: { ...more, redirect: to } } : { redirect: to }

/** What a form shows again, and what was wrong with it. */
export type Draft = { values: Readonly<Record<string, string>>; errors: readonly FieldError[] }
export const noDraft: Draft = { values: {}, errors: [] }
