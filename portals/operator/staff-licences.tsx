import type { ReactNode } from 'react'
import type { Licence } from '#care/person'
import { dateInJapan } from '#kernel/japan'
import { Button, ButtonRow, Details, EmptyState, Form, Section, Table, t } from '#ui'
import { controls } from './form.tsx'
import type { PageOf } from './frame.tsx'
import { Span, StateTag, stateOn } from './parts.tsx'
import type { StaffShown } from './staff-page.tsx'
import { licenceOptions, staffHref } from './staff-parts.tsx'
import { licenceNames } from './words.ts'

/** Licences, and the way to the certificates that state them. */
export function LicenceSection({ on, shown }: { on: PageOf; shown: StaffShown }): ReactNode {
  const { lang } = on
  const { staff, draft, mayChange } = shown
  const day = dateInJapan(on.now)
  const { input, select } = controls({ lang, draft: { ...draft, errors: draft.errors.filter((e) => e.name?.startsWith('licence')) } })
  return (
    <Section title={t(lang, { ja: '免許', en: 'Licences' })}>
      <Table<Licence>
        lang={lang}
        caption={t(lang, { ja: '免許', en: 'Licences' })}
        captionHidden
        rows={staff.licences}
        rowKey={(row) => row.kind}
        empty={<EmptyState lang={lang} title={t(lang, { ja: '免許の登録はありません', en: 'No licence is registered' })} />}
        columns={[
          { key: 'kind', header: t(lang, { ja: '種類', en: 'Kind' }), cell: (row) => t(lang, licenceNames[row.kind]) },
          {
            key: 'number',
            header: t(lang, { ja: '登録番号', en: 'Number' }),
            cell: (row) => row.number || t(lang, { ja: '未入力', en: 'not entered' }),
          },
          { key: 'dates', header: t(lang, { ja: '期間', en: 'Dates' }), cell: (row) => <Span {...row} lang={lang} /> },
          { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (row) => <StateTag state={stateOn(row, day)} lang={lang} /> },
        ]}
      />
      <p>
        <a href={staffHref(staff.id, '/signing')}>{t(lang, { ja: '署名用の証明書（HPKI）', en: 'Certificates for signing (HPKI)' })}</a>
      </p>
      {mayChange ? (
        <Details open={draft.values.form === 'licence'} summary={t(lang, { ja: '免許を登録・変更する', en: 'Add or change a licence' })}>
          <Form action={staffHref(staff.id, '/licences')} label={t(lang, { ja: '免許を登録・変更する', en: 'Add or change a licence' })}>
            {select('licenceKind', { ja: '種類（同じ種類は置き換え）', en: 'Kind (the same kind is replaced)' }, licenceOptions(lang))}
            {input('licenceNumber', { ja: '登録番号', en: 'Registration number' }, { width: 'medium', maxLength: 20, required: true })}
            {input('licenceFrom', { ja: '登録日', en: 'Since' }, { type: 'date', width: 'medium', required: true })}
            {input(
              'licenceUntil',
              { ja: '効力が終わる日（取消・停止のとき）', en: 'Last day, if it ends' },
              { type: 'date', width: 'medium' },
            )}
            <ButtonRow>
              <Button>{t(lang, { ja: '保存する', en: 'Save' })}</Button>
            </ButtonRow>
          </Form>
        </Details>
      ) : null}
    </Section>
  )
}
