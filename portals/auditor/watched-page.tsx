import { type Watched, type WatchReason, watchReasons } from '#care/oversight'
import { Button, ButtonRow, EmptyState, Form, Ja, renderPage, Section, Select, Table, TextInput, Time, t } from '#ui'
import { AuditorPage, type PageOf } from './frame.tsx'
import { KeyLink } from './parts.tsx'

const reasonNames: Readonly<Record<WatchReason, { ja: string; en: string }>> = {
  'well-known': { ja: '広く知られた人', en: 'Well known' },
  press: { ja: '報道されている', en: 'In the press' },
  complaint: { ja: '本人の申し出', en: 'The person asked for it' },
  'staff-relative': { ja: '職員の家族', en: 'Relative of staff' },
}

/** Whose record is watched with particular care? */
export function watchedPage(on: PageOf, watched: readonly Watched[]): string {
  const { lang } = on
  return renderPage(
    <AuditorPage
      on={on}
      here="/audit/findings"
      title={t(lang, { ja: '特に見張る人', en: 'Specially watched' })}
      lead={t(lang, {
        ja: '登録した人の記録が開かれると、気づきになります。支援措置を受けている人は、登録しなくても含まれます。',
        en: 'A look at their record becomes a finding. Protected people are watched without being listed here.',
      })}
      breadcrumbs={[{ href: '/audit/findings', label: t(lang, { ja: '気づき', en: 'Findings' }) }]}
    >
      <Form action="/audit/watched" label={t(lang, { ja: '登録する', en: 'Add somebody' })}>
        <TextInput lang={lang} name="key" label={t(lang, { ja: '患者の鍵', en: 'Patient key' })} width="medium" maxLength={64} required />
        <Select
          lang={lang}
          name="reason"
          label={t(lang, { ja: '理由', en: 'Reason' })}
          options={watchReasons.map((value) => ({ value, label: reasonNames[value][lang] }))}
        />
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '登録する', en: 'Add' })}</Button>
        </ButtonRow>
      </Form>
      <Section title={t(lang, { ja: '登録されている人', en: 'Listed' })}>
        <Table
          lang={lang}
          caption={t(lang, { ja: '登録されている人', en: 'Listed' })}
          captionHidden
          rows={watched}
          rowKey={(w) => w.id}
          empty={<EmptyState lang={lang} title={t(lang, { ja: 'いません', en: 'Nobody' })} />}
          columns={[
            { key: 'key', header: t(lang, { ja: '患者の鍵', en: 'Patient key' }), cell: (w) => <KeyLink value={w.key} /> },
            { key: 'reason', header: t(lang, { ja: '理由', en: 'Reason' }), cell: (w) => reasonNames[w.reason][lang] },
            { key: 'since', header: t(lang, { ja: 'いつから', en: 'Since' }), cell: (w) => <Time value={w.since} lang={lang} /> },
            { key: 'by', header: t(lang, { ja: '登録した人', en: 'By' }), cell: (w) => <Ja>{w.byName}</Ja> },
            {
              key: 'end',
              header: t(lang, { ja: '終える', en: 'End' }),
              cell: (w) => (
                <Form action={`/audit/watched/${w.id}/end`} label={t(lang, { ja: '終える', en: 'End' })}>
                  <Button variant="quiet">{t(lang, { ja: '終える', en: 'End' })}</Button>
                </Form>
              ),
            },
          ]}
        />
      </Section>
    </AuditorPage>,
  )
}
