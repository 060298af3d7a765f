import type { Breach } from '#care/oversight'
import { ButtonRow, LinkButton, renderPage, Section, t } from '#ui'
import { AuditorPage, type PageOf } from './frame.tsx'
import { BreachTable } from './home-page.tsx'

/** Which breaches run, and until when? */
export function breachesPage(on: PageOf, about: { open: readonly Breach[]; closed: readonly Breach[] }): string {
  const { lang } = on
  return renderPage(
    <AuditorPage
      on={on}
      here="/audit/breaches"
      title={t(lang, { ja: '漏えい等', en: 'Breaches' })}
      lead={t(lang, { ja: '法律の期限が、知った日から数えられています。', en: 'The law’s clocks run from the day of knowing.' })}
    >
      <ButtonRow>
        <LinkButton href="/audit/breaches/new" variant="primary">
          {t(lang, { ja: '登録する', en: 'Enter one' })}
        </LinkButton>
      </ButtonRow>
      <Section title={t(lang, { ja: '終わっていないもの', en: 'Open' })}>
        <BreachTable on={on} rows={about.open} />
      </Section>
      <Section title={t(lang, { ja: '終わったもの', en: 'Closed' })}>
        <BreachTable on={on} rows={about.closed} />
      </Section>
    </AuditorPage>,
  )
}
