import type { ReactNode } from 'react'
import type { StaffEntry } from '#care/person'
import { Button, ButtonRow, Details, Form, t } from '#ui'
import { controls, type Draft } from './form.tsx'
import type { PageOf } from './frame.tsx'
import { staffHref } from './staff-parts.tsx'

/** The names of a member of staff, changed where somebody married or a register was mistyped. */
export function NamesForm({ on, staff, draft }: { on: PageOf; staff: StaffEntry; draft: Draft }): ReactNode {
  const { lang } = on
  const values = { name: staff.name, nameKana: staff.nameKana, nameEn: staff.nameEn, ...draft.values }
  const { input } = controls({ lang, draft: { ...draft, values } })
  const title = t(lang, { ja: '氏名を変更する', en: 'Change the name' })
  return (
    <Details open={draft.values.form === 'names'} summary={title}>
      <Form action={staffHref(staff.id, '/names')} label={title}>
        {input('name', { ja: '氏名', en: 'Name in Japanese' }, { required: true, width: 'medium', maxLength: 80 })}
        {input('nameKana', { ja: 'フリガナ', en: 'Kana' }, { width: 'medium', maxLength: 80 })}
        {input('nameEn', { ja: 'ローマ字', en: 'Name in Latin letters' }, { width: 'medium', maxLength: 80 })}
        <ButtonRow>
          <Button>{t(lang, { ja: '変更する', en: 'Save' })}</Button>
        </ButtonRow>
      </Form>
    </Details>
  )
}
