import type { ReactNode } from 'react'
import type { Change, ClientEntry } from '#care/person'
import { Button, ButtonRow, DefinitionList, Details, ErrorSummary, Form, Ja, type Lang, renderPage, Section, Time, t } from '#ui'
import { facilityHref } from './facility-parts.tsx'
import type { Draft } from './form.tsx'
import { OperatorPage, type PageOf } from './frame.tsx'
import { History, StateTag } from './parts.tsx'
import { bindingNames, scopeWords } from './words.ts'
import { clientCrumbs, clientHref } from './client-parts.tsx'
import { ClientFields } from './client-form.tsx'
import { KeysSection } from './keys-section.tsx'

export type ClientShown = { client: ClientEntry; changes: readonly Change[]; draft: Draft; open: 'keys' | 'change' | null; snippet: string }

export function clientPage(on: PageOf, shown: ClientShown): string {
  const { lang } = on
  const { client, draft, open } = shown
  const live = client.endedAt === null
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/clients"
      title={client.name}
      titleLang="ja"
      hasErrors={draft.errors.length > 0}
      breadcrumbs={clientCrumbs(lang)}
      lead={
        <>
          {client.clientId} <StateTag state={live ? 'now' : 'over'} lang={lang} />
        </>
      }
    >
      <ErrorSummary lang={lang} errors={draft.errors} />
      <DefinitionList
        items={[
          {
            term: t(lang, { ja: '施設', en: 'Facility' }),
            value: (
              <a href={facilityHref(client.institutionNumber)}>
                <Ja>{(lang === 'en' && client.institutionNameEn) || client.institutionName}</Ja>
              </a>
            ),
          },
          { term: t(lang, { ja: 'できること', en: 'What it may do' }), value: client.scopes.map((scope) => scopeWords(scope, lang)) },
          { term: t(lang, { ja: 'トークンの結び付け', en: 'Tokens are tied to' }), value: t(lang, bindingNames[client.binding]) },
          ...(client.certificateSubject
            ? [{ term: t(lang, { ja: '証明書の名義', en: 'Certificate subject' }), value: client.certificateSubject }]
            : []),
          ...(client.endedAt
            ? [{ term: t(lang, { ja: '終了', en: 'Ended' }), value: <Time value={client.endedAt} lang={lang} withTime /> }]
            : []),
        ]}
      />
      <KeysSection
        on={on}
        base={clientHref(client.clientId)}
        keys={client.keys}
        live={live}
        draft={open === 'keys' ? draft : { ...draft, errors: [] }}
        open={open === 'keys'}
      />
      {live ? <ConnectSection lang={lang} snippet={shown.snippet} /> : null}
      {live ? <ChangeSection on={on} shown={shown} /> : null}
      <History changes={shown.changes} lang={lang} />
    </OperatorPage>,
  )
}

type Part = { on: PageOf; shown: ClientShown }

const ConnectSection = ({ lang, snippet }: { lang: Lang; snippet: string }): ReactNode => (
  <Section
    title={t(lang, { ja: 'つなぎ方', en: 'How to connect' })}
    lead={t(lang, {
      ja: 'このシステムの担当者に渡せる手順です。秘密は含まれていません。',
      en: 'Steps to hand to whoever runs this system. No secret is in them.',
    })}
  >
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
    <pre className="code" tabIndex={0}>
      <code lang="en">{snippet}</code>
    </pre>
    <p>
      <a href="/developer">{t(lang, { ja: 'システムをつなぐ方の案内', en: 'Guide for those who connect systems' })}</a>
    </p>
  </Section>
)

function ChangeSection({ on, shown }: Part): ReactNode {
  const { lang } = on
  const { client, draft, open } = shown
  const kept =
    open === 'change'
      ? draft
      : {
          ...draft,
          values: { ...draft.values, name: client.name, binding: client.binding, certificateSubject: client.certificateSubject ?? '' },
        }
  const end = t(lang, { ja: 'このシステムを終了する', en: 'End this system' })
  return (
    <>
      <Details
        open={open === 'change'}
        summary={t(lang, { ja: '名称・できること・結び付けを変える', en: 'Change name, rights or binding' })}
      >
        <Form
          action={clientHref(client.clientId)}
          label={t(lang, { ja: '名称・できること・結び付けを変える', en: 'Change name, rights or binding' })}
        >
          <ClientFields lang={lang} draft={kept} scopes={client.scopes} withNone={client.binding === 'none'} />
          <ButtonRow>
            <Button variant="primary">{t(lang, { ja: '変更する', en: 'Save' })}</Button>
          </ButtonRow>
        </Form>
      </Details>
      <Details summary={end}>
        <p>
          {t(lang, {
            ja: '終了すると、次の要求から何もできなくなります。発行済みのトークンも使えません。元には戻せません。',
            en: 'From its next request on it can do nothing, with tokens it holds neither. This cannot be undone.',
          })}
        </p>
        <Form action={clientHref(client.clientId, '/end')} label={end}>
          <ButtonRow>
            <Button variant="danger">{t(lang, { ja: 'すぐに終了する', en: 'End it now' })}</Button>
          </ButtonRow>
        </Form>
      </Details>
    </>
  )
}
