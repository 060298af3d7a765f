/** What the rows of this room share. */
import { type Context, institutionNameIn, type StaffRole } from '#kernel/context'
import type { Answer, RouteRequest } from '#kernel/route'
import type { EligibilityService } from './service.ts'

export const LAW = '健康保険法 電子資格確認（条項は要確認: 弁護士）'

/** Everybody who works at a desk or beside a patient; operators run machines and see nobody's cover. */
export const deskRoles: readonly StaffRole[] = ['physician', 'dentist', 'nurse', 'pharmacist', 'clerk']
export const atDesk = { who: ['system', 'staff'], roles: deskRoles, why: ['TREAT'] } as const
export const onScreen = { ...atDesk, who: ['staff'] } as const

/**
 * `demo` says at the foot of each screen that nobody here is real. `bridge`: address on the kiosk's own machine of the program that
 * reaches its card reader; null where the reader's screen uses the demo's cards.
 */
export type Screens = { service: EligibilityService; demo: boolean; bridge: string | null }

export const userOf = ({ actor, lang }: Context): { name: string; detail?: string } =>
  actor.kind === 'staff' ? { name: actor.name, detail: institutionNameIn(actor, lang) } : { name: '' }

/** A form goes back to a page; a program gets the answer. */
export const backTo = (request: RouteRequest, redirect: string, json: object): Answer =>
  /x-www-form-urlencoded/.test(request.headers['content-type'] ?? '') ? { redirect } : { json }
