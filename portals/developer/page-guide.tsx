import type { ReactElement, ReactNode } from 'react'
import { ButtonRow, DefinitionList, type Lang, LinkButton, Section, t } from '#ui'
import { Code, CodeBlock, DeveloperPage, type PageOf } from './frame.tsx'
import { type Command, commandsFor, type Places } from './guide.ts'

/** The first page of who connects a system: where things are, how to get in, what to paste into a terminal. */
export function GuidePage({ on, places }: { on: PageOf; places: Places }): ReactElement {
  const { lang } = on
  return (
    <DeveloperPage
      on={on}
      here="/developer"
      title={t(lang, { ja: 'システムをつなぐ', en: 'Connect a system' })}
      lead={t(lang, {
        ja: '窓口は HL7 FHIR R4 です。まず画面で検索を試し、それから同じ問い合わせをプログラムから送ってください。',
        en: 'The interface is HL7 FHIR R4. Try a query on the page first; then send the same from your program.',
      })}
    >
      <ButtonRow>
        <LinkButton variant="primary" href="/developer/query">
          {t(lang, { ja: '検索を試す', en: 'Try a query' })}
        </LinkButton>
        <LinkButton href="/developer/parameters">{t(lang, { ja: '検索条件を調べる', en: 'Look up parameters' })}</LinkButton>
      </ButtonRow>
      {on.actor.kind === 'staff' ? null : <HowToEnter lang={lang} demo={on.demo} />}
      <Addresses on={on} places={places} />
      <Section
        id="token"
        title={t(lang, { ja: 'プログラムから使う', en: 'From a program' })}
        lead={t(lang, {
          ja: 'トークンは、証明書（mTLS）か鍵（DPoP）に結び付きます。拾われても使えません。',
          en: 'A token is tied to a certificate (mTLS) or a key (DPoP), so that it is worth nothing to whoever finds it.',
        })}
      >
        {commandsFor(places).map((command) => (
          <CommandOf key={command.id} command={command} lang={lang} />
        ))}
      </Section>
    </DeveloperPage>
  )
}

const HowToEnter = ({ lang, demo }: { lang: Lang; demo: boolean }): ReactNode => (
  <p className="section-lead note">
    {demo
      ? t(lang, {
          ja: '検索を試すには、職員としてのサインインが要ります。デモでは、サインイン画面で職員を選ぶだけで入れます。',
          en: 'Trying a query needs a sign-in as staff. In the demo, choose a member of staff on the sign-in page.',
        })
      : t(lang, { ja: '検索を試すには、職員としてのサインインが要ります。', en: 'Trying a query needs a sign-in as staff.' })}
  </p>
)

function Addresses({ on: { lang, base }, places }: { on: PageOf; places: Places }): ReactNode {
  const link = (href: string, text: string) => <a href={href}>{text}</a>
  const items = [
    { term: t(lang, { ja: 'FHIR の窓口', en: 'FHIR base' }), value: <Code>{base}</Code> },
    ...(places.tlsBase === null
      ? []
      : [{ term: t(lang, { ja: '証明書で使う窓口', en: 'With a certificate' }), value: <Code>{`${places.tlsBase}/fhir/R4`}</Code> }]),
    {
      term: t(lang, { ja: 'トークンの窓口', en: 'Token endpoint' }),
      value: <Code>{`${places.tlsBase ?? places.baseUrl}/oauth/token`}</Code>,
    },
    {
      term: t(lang, { ja: 'できること', en: 'What it can do' }),
      value: [
        link('/fhir/R4/metadata', 'CapabilityStatement'),
        link('/openapi.json', t(lang, { ja: 'OpenAPI（すべての窓口）', en: 'OpenAPI (every interface)' })),
        link('/fhir/R4/.well-known/smart-configuration', 'SMART configuration'),
      ],
    },
  ]
  return (
    <Section title={t(lang, { ja: '場所', en: 'Where things are' })}>
      <DefinitionList items={items} />
    </Section>
  )
}

const CommandOf = ({ command, lang }: { command: Command; lang: Lang }): ReactNode => (
  <section className="command" id={command.id}>
    <h3>{command.title[lang]}</h3>
    <p>{command.says[lang]}</p>
    <CodeBlock id={`shell-${command.id}`} text={command.shell} lang={lang} label={command.title[lang]} />
  </section>
)
