import type { ReactNode } from 'react'
import { type Scope, selectorWords } from '#care/oversight'
import { Button, ButtonRow, EmptyState, ErrorSummary, Form, type Lang, renderPage, Section, Table, Tag, TextInput, Time, t } from '#ui'
import type { Draft } from './form.ts'
import { AuditorPage, type PageOf } from './frame.tsx'

export const states: Readonly<Record<Scope['state'], { ja: string; en: string }>> = {
  waiting: { ja: '待っています', en: 'Waiting' },
  running: { ja: '調べています', en: 'Working' },
  done: { ja: '終わりました', en: 'Done' },
  failed: { ja: '終えられませんでした', en: 'Could not be finished' },
}

/** The conditions; also inside a case. */
export function ScopeForm({ lang, action, draft }: { lang: Lang; action: string; draft: Draft }): ReactNode {
  const input = (name: string, words: { ja: string; en: string }, hint?: { ja: string; en: string }) => (
    <TextInput
      lang={lang}
      name={name}
      label={t(lang, words)}
      value={draft.values[name] ?? ''}
      error={draft.errors.find((e) => e.name === name)?.message}
      width="medium"
      {...(hint ? { hint: t(lang, hint) } : {})}
    />
  )
  const date = { ja: '例：2026-11-22 または 2026-11-22 14:30', en: 'E.g. 2026-11-22 or 2026-11-22 14:30' }
  return (
    <Form action={action} label={t(lang, { ja: '範囲を調べる', en: 'Work out the scope' })}>
      <ErrorSummary lang={lang} errors={draft.errors} />
      <div className="grid">
        {input('actorId', { ja: '職員・本人の番号', en: 'Staff or citizen (id)' })}
        {input('clientId', { ja: 'システムの番号', en: 'System (client id)' })}
        {input('appName', { ja: 'アプリの名', en: 'Name of the app' })}
        {input('via', { ja: 'サインイン・トークン・許可の番号', en: 'Session, token or permission' })}
        {input('institutionNumber', { ja: '医療機関番号', en: 'Institution number' })}
        {input('rule', { ja: '見られた理由の規則', en: 'Rule' })}
        {input('key', { ja: '患者の鍵', en: 'Patient key' })}
        {input('from', { ja: 'いつから', en: 'From' }, date)}
        {input('to', { ja: 'いつまで', en: 'Until' }, date)}
      </div>
      <ButtonRow>
        <Button variant="primary">{t(lang, { ja: '調べる', en: 'Work it out' })}</Button>
      </ButtonRow>
    </Form>
  )
}

export const questionOf = (scope: Scope, lang: Lang): string =>
  selectorWords(scope.selector, lang)
    .map((w) => `${w.name}${lang === 'ja' ? '：' : ': '}${w.value}`)
    .join(lang === 'ja' ? '、' : ', ')

/** Who was touched, by whom or what, since when? */
export function scopesPage(on: PageOf, about: { scopes: readonly Scope[]; draft: Draft }): string {
  const { lang } = on
  return renderPage(
    <AuditorPage
      on={on}
      here="/audit/scope"
      title={t(lang, { ja: '何が触れられたか', en: 'What was touched' })}
      lead={t(lang, {
        ja: '盗まれたトークン、人、医療機関などの条件から、誰の情報が、何が、いつから触れられたかを、すべての記録から調べます。入力した条件はすべて同時に満たすものを数えます。',
        en: 'From a stolen token, a person, an institution: whose data was touched, which, since when, out of the whole log. Conditions hold together.',
      })}
      hasErrors={about.draft.errors.length > 0}
    >
      <ScopeForm lang={lang} action="/audit/scope" draft={about.draft} />
      <Section title={t(lang, { ja: 'これまでの調べ', en: 'Earlier reports' })}>
        <Table
          lang={lang}
          caption={t(lang, { ja: 'これまでの調べ', en: 'Earlier reports' })}
          captionHidden
          rows={about.scopes}
          rowKey={(s) => s.id}
          empty={<EmptyState lang={lang} title={t(lang, { ja: 'まだありません', en: 'None yet' })} />}
          columns={[
            {
              key: 'at',
              header: t(lang, { ja: '頼んだ日時', en: 'Asked' }),
              cell: (s) => (
                <a href={`/audit/scope/${s.id}`}>
                  <Time value={s.askedAt} lang={lang} withTime />
                </a>
              ),
            },
            { key: 'what', header: t(lang, { ja: '条件', en: 'Conditions' }), cell: (s) => questionOf(s, lang) },
            { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (s) => <Tag>{states[s.state][lang]}</Tag> },
            { key: 'persons', header: t(lang, { ja: '人数', en: 'People' }), cell: (s) => s.persons ?? '—', numeric: true },
          ]}
        />
      </Section>
    </AuditorPage>,
  )
}
