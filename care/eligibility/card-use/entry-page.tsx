import type { Lang } from '#kernel/language'
import { Banner, Button, ButtonRow, Form, Page, type PageUser, renderPage, TextInput, t } from '#ui'

export type EntryPage = { lang: Lang; path: string; user: PageUser; demo: boolean; entered: boolean; lastMonth: string }

/** Where those who run the platform enter an institution's official figure. */
export function entryPage({ lang, path, user, demo, entered, lastMonth }: EntryPage): string {
  return renderPage(
    <Page
      title={t(lang, { ja: '公表された利用率を入れる', en: 'Enter an official card use rate' })}
      lang={lang}
      audience="staff"
      path={path}
      user={user}
      demo={demo}
      breadcrumbs={[{ href: '/operator', label: t(lang, { ja: '運用', en: 'Operation' }) }]}
      lead={t(lang, {
        ja: '入れた月は、自院の集計よりもこの数字が使われます。同じ月をもう一度入れると置き換わります。',
        en: 'For that month it is used instead of our own count. Entered again, it replaces the earlier figure.',
      })}
    >
      {entered ? <Banner lang={lang} tone="success" title={t(lang, { ja: '入れました', en: 'Entered' })} /> : null}
      <Form action="/operator/card-use" label={t(lang, { ja: '利用率', en: 'Card use rate' })}>
        <TextInput
          lang={lang}
          name="institutionNumber"
          inputMode="numeric"
          width="medium"
          maxLength={10}
          required
          label={t(lang, { ja: '医療機関番号（10桁）', en: 'Institution number (ten digits)' })}
        />
        <TextInput
          lang={lang}
          name="month"
          value={lastMonth}
          width="short"
          maxLength={7}
          required
          label={t(lang, { ja: '月（2026-08 のように）', en: 'Month (as 2026-08)' })}
        />
        <TextInput
          lang={lang}
          name="rate"
          inputMode="decimal"
          width="short"
          maxLength={6}
          required
          label={t(lang, { ja: '利用率（%、小数2桁まで）', en: 'Rate (%, up to two decimals)' })}
        />
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '入れる', en: 'Enter' })}</Button>
        </ButtonRow>
      </Form>
    </Page>,
  )
}
