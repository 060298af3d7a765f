import { Button, ButtonRow, LinkButton } from '../components/button.tsx'
import { Section } from '../components/content.tsx'
import { Checkbox, CheckboxGroup, ErrorSummary, Form, RadioGroup, Select, TextInput } from '../components/form.tsx'
import type { Lang } from '../messages.ts'
import { kindName, t } from '../messages.ts'
import { LONGEST } from './data.ts'
import type { ReactNode } from 'react'

type Part = { lang: Lang }

export function Forms({ lang }: Part): ReactNode {
  const kinds = (['diagnosis', 'drug-allergy', 'test-result', 'prescription'] as const).map((kind) => ({
    value: kind,
    label: kindName[kind][lang],
  }))
  const message = t(lang, {
    ja: '生年月日は「19580401」のように8桁の数字で入力してください',
    en: 'Enter the date of birth as eight digits, such as 19580401',
  })
  return (
    <Section title={t(lang, { ja: '入力する', en: 'Forms' })}>
      <ErrorSummary lang={lang} errors={[{ name: 'birth', message }]} />
      <Form action="#save" hidden={{ token: 'x' }}>
        <TextInput
          lang={lang}
          name="patient"
          type="search"
          label={t(lang, { ja: '患者を探す', en: 'Find a patient' })}
          hint={t(lang, { ja: '氏名、カナ、患者番号のどれでも探せます', en: 'By name, kana or chart number' })}
          value={LONGEST.person}
        />
        <TextInput
          lang={lang}
          name="birth"
          label={t(lang, { ja: '生年月日', en: 'Date of birth' })}
          required
          width="short"
          inputMode="numeric"
          value="1958/4/31"
          error={message}
        />
        <Select
          lang={lang}
          name="insurer"
          label={t(lang, { ja: '保険者', en: 'Insurer' })}
          value="b"
          options={[
            { value: 'a', label: '縁ヶ浜市国民健康保険' },
            { value: 'b', label: '全国縁組合健康保険（縁ヶ浜支部）' },
          ]}
        />
        <TextInput lang={lang} name="reason" rows={3} label={t(lang, { ja: '理由', en: 'Reason' })} />
        <CheckboxGroup
          lang={lang}
          name="kinds"
          label={t(lang, { ja: '見せる情報', en: 'What to show' })}
          values={['diagnosis']}
          options={kinds}
        />
        <RadioGroup
          lang={lang}
          name="share"
          label={t(lang, { ja: 'B診療所に検査結果を見せますか', en: 'May B Clinic see your test results?' })}
          value="yes"
          options={[
            {
              value: 'yes',
              label: t(lang, { ja: '見せる', en: 'Yes' }),
              hint: t(lang, {
                ja: '同じ検査をくり返さずにすむことがあります。24時間で終わります。',
                en: 'May spare you a second test. Ends after 24 hours.',
              }),
            },
            {
              value: 'no',
              label: t(lang, { ja: '見せない', en: 'No' }),
              hint: t(lang, { ja: '診療はふつうに受けられます。', en: 'You are treated all the same.' }),
            },
          ]}
        />
        <Checkbox name="agree" value="1" label={t(lang, { ja: '説明を読みました', en: 'I have read the explanation' })} />
        <ButtonRow>
          <Button variant="primary" shortcut="s">
            {t(lang, { ja: '保存する', en: 'Save' })}
          </Button>
          <LinkButton href="#back">{t(lang, { ja: '戻る', en: 'Back' })}</LinkButton>
          <Button variant="danger">{t(lang, { ja: '同意を取り消す', en: 'Withdraw consent' })}</Button>
          <Button disabled>{t(lang, { ja: '送信できません', en: 'Cannot send' })}</Button>
          <Button variant="quiet">{t(lang, { ja: 'あとで', en: 'Later' })}</Button>
        </ButtonRow>
      </Form>
    </Section>
  )
}
