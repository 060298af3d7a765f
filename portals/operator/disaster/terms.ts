/** What the rows of disaster access at the desk share. */
export const HOME = '/operator/disaster'
export const LAW = '災害救助法の適用を受けた地域などでの災害時の閲覧（開く者と手続きは要確認: 弁護士）'
export const forOperator = { who: ['staff'], roles: ['operator'], why: ['HOPERAT'], law: LAW } as const
export const forKeepers = { who: ['staff'], roles: ['operator', 'auditor'], why: ['HOPERAT'], law: LAW } as const
