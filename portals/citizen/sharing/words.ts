/** Sentences about sharing that several pages say. */
import { type Consent, isOpenEnded } from '#care/consent'
import type { Lang } from '#kernel/language'
import type { InformationKind } from '#packages/fhir'
import { formatDate, formatDateTime, joinList, kindName } from '#ui'

export const kindsIn = (kinds: readonly string[], lang: Lang): string =>
  joinList(
    lang,
    kinds.map((kind) => kindName[kind as InformationKind]?.[lang] ?? kind),
  )

/** The last day of a consent, or that none is set; of a visit to the minute. */
export function untilWords({ until, basis }: Pick<Consent, 'until' | 'basis'>, lang: Lang): string {
  if (isOpenEnded(until)) return lang === 'ja' ? 'あなたが取り消すまで' : 'until you withdraw it'
  const lastDay = basis === 'visit' ? formatDateTime(until, lang) : formatDate(new Date(until.getTime() - 1), lang)
  return lang === 'ja' ? `${lastDay}まで` : `until ${lastDay}`
}

/** 'B診療所は、あなたが取り消すまで、薬と検査結果を見られます。' */
export function opensWords(consent: Pick<Consent, 'allowed' | 'until' | 'basis' | 'institutionName'>, lang: Lang): string {
  const [kinds, until] = [kindsIn(consent.allowed, lang), untilWords(consent, lang)]
  const named = consent.institutionName
  return lang === 'ja'
    ? `${named}は、診療のために、${until}、あなたの${kinds}を見られます。`
    : `${named} may see your ${kinds} for your treatment ${until}.`
}

export const withdrawHref = ({ id }: Pick<Consent, 'id'>): string => `/me/consents/${encodeURIComponent(id)}/withdraw`
