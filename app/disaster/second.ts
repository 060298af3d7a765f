/** Who opens somebody on a laptop, as far as it can know: a second clinician where one is needed. The merge asks the register. */
import { type Evacuee, second, type SecondWho, type Who } from '#care/emergency'
import { sameName } from '#care/person'
import type { Lang } from '#kernel/language'
import type { FieldError } from '#ui'

/** `marked`: the extract says that two are needed; `same-name`: whoever looks bears the person's name. */
export type LaptopNeed = 'marked' | 'same-name'

export function needsOf({ person, needsSecond }: Pick<Evacuee, 'person' | 'needsSecond'>, who: Who): LaptopNeed[] {
  return [
    ...(needsSecond ? (['marked'] as const) : []),
    ...(sameName({ name: who.name, nameKana: who.name }, person) ? (['same-name'] as const) : []),
  ]
}

type Judged = { agreed: 'oral' | 'unable'; second: SecondWho | null } | { errors: FieldError[] }

/** What was typed to open somebody; or what is missing beside the field that mends it. */
export function judgeOpening(form: URLSearchParams, about: { needs: readonly LaptopNeed[]; who: Who; lang: Lang }): Judged {
  const field = (name: string) => (form.get(name) ?? '').trim()
  const say = (name: string, ja: string, en: string): FieldError => ({ name, message: about.lang === 'ja' ? ja : en })
  const agreed = field('agreed')
  const errors: FieldError[] = []
  const isAgreed = agreed === 'oral' || agreed === 'unable'
  if (!isAgreed) errors.push(say('agreed', '本人の同意について選んでください。', 'Say whether they agreed.'))
  const read = second.safeParse({ name: field('secondName'), licence: field('secondLicence'), licenceNumber: field('secondNumber') })
  const { who, needs } = about
  if (needs.length > 0 && !read.success)
    for (const name of ['secondName', 'secondNumber'])
      if (field(name) === '') errors.push(say(name, '2人目の人が入れてください。', 'The second clinician enters this.'))
  if (needs.length > 0 && read.success) {
    const isSame = read.data.licenceNumber === who.licenceNumber || sameName({ ...read.data, nameKana: '' }, { ...who, nameKana: '' })
    if (isSame) errors.push(say('secondName', '2人目は、あなたとは別の人です。', 'The second is somebody else than you.'))
  }
  if (!isAgreed || errors.length > 0) return { errors }
  return { agreed, second: needs.length > 0 && read.success ? read.data : null }
}
