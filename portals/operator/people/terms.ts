import type { Context } from '#kernel/context'
import type { Answer, RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { type LookReason, lookReasons } from './words.ts'

/** Done: a form is led on, a program is told where to. */
export const led = (request: RouteRequest, to: string, more: Record<string, unknown> = {}): Answer =>
  wantsJson(request.headers.accept) ? { json: { ...more, redirect: to } } : { redirect: to }

export const lookReasonOf = (text: string): LookReason => (Object.hasOwn(lookReasons, text) ? (text as LookReason) : 'review')

/** A look at somebody stands in that person's own log, with its reason. */
export function noteLook(ctx: Context, about: { key: string | null; personId: string; why: LookReason }): void {
  ctx.audit({
    ...(about.key ? { key: about.key } : {}),
    resource: `Person/${about.personId}`,
    rule: about.why,
    kinds: ['patient'],
    count: 1,
  })
}
