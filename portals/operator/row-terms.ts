/** What the rows of this portal share. */
import type { StepUp } from '#kernel/route'

export const LAW = '医療情報システムの安全管理に関するガイドライン 利用者とシステムの登録・権限の管理（章は要確認: 弁護士）'

/** The platform's operator. */
export const forOperator = { who: ['staff'], roles: ['operator'], why: ['HOPERAT'], law: LAW } as const

/** The operator for every facility, an administrator for the own one: each query keeps to it. */
export const forKeepers = { who: ['staff'], roles: ['operator', 'administrator'], why: ['HOPERAT'], law: LAW } as const

const by: StepUp['by'] = ['passkey', 'password-totp', 'outside']

/** A form that will change a register is opened by somebody who proved themselves lately, so that nothing typed is lost on the way. */
export const provenToOpen = { stepUp: { by, withinMinutes: 15 } } as const
/** Its sending may take half an hour more. */
export const provenToAct = { stepUp: { by, withinMinutes: 45 } } as const
