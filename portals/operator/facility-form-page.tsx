import { type FacilityEntry, facilityKinds } from '#care/person'
import { Button, ButtonRow, ErrorSummary, Form, LinkButton, renderPage, t } from '#ui'
import { controls, type Draft } from './form.tsx'
import { OperatorPage, type PageOf } from './frame.tsx'
import { facilityKindNames } from './words.ts'
import { facilityCrumbs, facilityHref, isOperator } from './facility-parts.tsx'

export const facilityValues = (f: FacilityEntry): Draft['values'] => ({ ...f, until: f.until ?? '' })

/** The form of a facility: new where `number` is null. */
export function facilityFormPage(on: PageOf, { number, draft }: { number: string | null; draft: Draft }): string {
  const { lang } = on
  const { input, select } = controls({ lang, draft })
  const title =
    number === null
      ? t(lang, { ja: '施設を登録する', en: 'Register a facility' })
      : t(lang, { ja: '施設の内容を変更する', en: 'Change a facility' })
  const kinds = facilityKinds.map((value) => ({ value, label: t(lang, facilityKindNames[value]) }))
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/facilities"
      title={title}
      hasErrors={draft.errors.length > 0}
      breadcrumbs={[...facilityCrumbs(lang), ...(number === null ? [] : [{ href: facilityHref(number), label: number }])]}
    >
      <ErrorSummary lang={lang} errors={draft.errors} />
      <Form action={number === null ? '/operator/facilities' : facilityHref(number)} label={title}>
        {number === null || isOperator(on) ? select('kind', { ja: '種別', en: 'Kind' }, kinds) : null}
        {number === null
          ? input(
              'institutionNumber',
              { ja: '医療機関番号（10桁）', en: 'Institution number (ten digits)' },
              {
                required: true,
                width: 'medium',
                inputMode: 'numeric',
                maxLength: 20,
                hint: t(lang, {
                  ja: '都道府県2桁＋点数表1桁（1 医科、3 歯科、4 調剤）＋7桁',
                  en: 'Prefecture (2), table (1: 1 medical, 3 dental, 4 pharmacy), institution (7)',
                }),
              },
            )
          : null}
        {input('name', { ja: '名称', en: 'Name in Japanese' }, { required: true, maxLength: 120 })}
        {input('nameEn', { ja: '英語の名称', en: 'Name in English' }, { maxLength: 120 })}
        {input('postalCode', { ja: '郵便番号', en: 'Postal code' }, { width: 'short', maxLength: 8, inputMode: 'numeric' })}
        {input('address', { ja: '所在地', en: 'Address' }, { maxLength: 200 })}
        {input('phone', { ja: '電話', en: 'Phone' }, { width: 'medium', type: 'tel', maxLength: 20 })}
        {number === null || isOperator(on) ? (
          <>
            {input('from', { ja: '始まりの日', en: 'First day' }, { type: 'date', width: 'medium', required: true })}
            {input(
              'until',
              { ja: '終わりの日（決まっていなければ空欄）', en: 'Last day (empty while none is set)' },
              {
                type: 'date',
                width: 'medium',
                hint: t(lang, {
                  ja: 'この日を過ぎると、職員もシステムも、この施設として使えなくなります。',
                  en: 'After this day neither its staff nor its systems can act for it.',
                }),
              },
            )}
          </>
        ) : null}
        <ButtonRow>
          <Button variant="primary">
            {number === null ? t(lang, { ja: '登録する', en: 'Register' }) : t(lang, { ja: '変更する', en: 'Save' })}
          </Button>
          <LinkButton href={number === null ? '/operator/facilities' : facilityHref(number)}>
            {t(lang, { ja: 'やめる', en: 'Cancel' })}
          </LinkButton>
        </ButtonRow>
      </Form>
    </OperatorPage>,
  )
}
