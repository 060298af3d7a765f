/** What the rows of this portal share. */
import { LOG_LAW } from '#care/oversight'
import type { StepUp } from '#kernel/route'

export const BREACH_LAW = '個人情報の保護に関する法律 第26条、施行規則第7条・第8条・第10条'

export const forAuditors = { who: ['staff'], roles: ['auditor'], why: ['HOPERAT'], law: LOG_LAW } as const
export const forBreaches = { ...forAuditors, law: BREACH_LAW } as const

const by: StepUp['by'] = ['passkey', 'password-totp', 'outside']
/** What goes to the authority or to persons is done by somebody who proved themselves of late. */
export const provenToAct = { stepUp: { by, withinMinutes: 45 } } as const
