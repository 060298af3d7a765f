/** What acting for each other is called. */
import type { ProxyBasis } from '#kernel/context'
import type { Words } from '#ui'

/** Who the one who acts is to the other. */
export const basisNames: Record<ProxyBasis, Words> = {
  parent: { ja: '親権者', en: 'Parent' },
  guardian: { ja: '成年後見人', en: 'Guardian by court' },
  curator: { ja: '保佐人', en: 'Curator by court' },
  family: { ja: '本人が認めた家族', en: 'Relative, by the person’s own consent' },
}

/** How the log names somebody who acted for the person. */
export const actedAs: Record<ProxyBasis, (name: string) => Words> = {
  parent: (name) => ({ ja: `親権者の${name}さん`, en: `${name}, your parent,` }),
  guardian: (name) => ({ ja: `成年後見人の${name}さん`, en: `${name}, your guardian,` }),
  curator: (name) => ({ ja: `保佐人の${name}さん`, en: `${name}, your curator,` }),
  family: (name) => ({ ja: `家族の${name}さん`, en: `${name}, your relative,` }),
}
