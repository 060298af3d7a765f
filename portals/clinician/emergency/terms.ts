/** What the rows of the emergency pages share. */
import { z } from 'zod'
import type { StaffRole } from '#kernel/context'
import type { Answer, RouteRequest, StepUp } from '#kernel/route'
import { wantsJson } from '#kernel/serve'

export const LAW =
  '個人情報の保護に関する法律 第18条第3項・第20条第2項・第27条第1項（生命・身体の保護のために必要で、本人の同意を得ることが困難なとき。号は要確認: 弁護士）'

const clinical: readonly StaffRole[] = ['physician', 'dentist', 'nurse', 'pharmacist']

/** Clinicians alone, for the sake of a life. */
export const forEmergencies = { who: ['staff'], roles: clinical, why: ['ETREAT'], law: LAW } as const

const by: StepUp['by'] = ['passkey', 'password-totp', 'outside', 'card']
/** Whoever opens the form has just proven themselves; sending it may take a little longer. */
export const provenToOpen = { stepUp: { by, withinMinutes: 10 } } as const
export const provenToAct = { stepUp: { by, withinMinutes: 20 } } as const

const text = (max: number) => z.string().max(max).default('')

export const lookedFor = z.object({ name: text(100), birthDate: text(40), sex: text(20), memberId: text(100) })

export const opening = z.object({
  patient: text(64),
  reason: text(60),
  because: z
    .union([z.string().max(60), z.array(z.string().max(60)).max(10)])
    .default([])
    .transform((one) => (typeof one === 'string' ? [one] : one)),
  note: text(1000),
})

export const answering = z.object({ answer: z.enum(['yes', 'no']) })
export const prolonging = z.object({ reason: text(60) })
export const explaining = z.object({ answer: z.string().trim().min(1).max(1000) })

/** Done: a form is led on, a program is told where to. */
export const led = (request: RouteRequest, to: string, more: Record<string, unknown> = {}): Answer =>
  wantsJson(request.headers.accept) ? { json: { ...more, redirect: to } } : { redirect: to }
