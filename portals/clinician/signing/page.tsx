import type { ReactElement, ReactNode } from 'react'
import { digestOf, type StaffCertificate } from '#care/signature'
import {
  Banner,
  Button,
  ButtonRow,
  DefinitionList,
  ErrorSummary,
  type FieldError,
  Form,
  formatDate,
  Ja,
  type Lang,
  LinkButton,
  RadioGroup,
  Section,
  TextInput,
  t,
} from '#ui'
import { ClinicPage, crumbs, itemHref, PatientHead } from '../frame.tsx'
import type { ItemOf } from '../model.ts'
import { Sections, type SectionView } from '../page-document.tsx'
import { type ItemProps, Raw } from '../page-item.tsx'
import type { Look } from '../parts.tsx'
import { titleOf } from '../words.ts'
import { signingRoleNames } from './signed.tsx'

export type SignView = ItemProps & {
  document: ItemOf<'document'>
  sections: readonly SectionView[]
  certificates: readonly StaffCertificate[]
  errors: readonly FieldError[]
  /** Shown in the demo alone. */
  demoPin: string | null
}

const named = (lang: Lang, one: StaffCertificate): string => {
  const roles = one.roles.map((role) => t(lang, signingRoleNames[role])).join(lang === 'ja' ? '・' : ', ')
  return `${one.name ?? '—'}（${roles}）${t(lang, { ja: '期限', en: 'until' })} ${formatDate(one.notAfter, lang)}`
}

/** What is signed, in full, before the button that signs it. */
export function SignPage(view: SignView): ReactElement {
  const { patient, document, sections, institutions, on, body } = view
  const { lang } = on
  const look: Look = { lang, patient, institutions }
  return (
    <ClinicPage
      on={on}
      title={t(lang, { ja: '文書に電子署名する', en: 'Sign a document' })}
      hasErrors={view.errors.length > 0}
      breadcrumbs={[...crumbs(patient, lang), { href: itemHref(patient, document), label: t(lang, titleOf(document)) }]}
      lead={<PatientHead patient={patient} lang={lang} />}
    >
      <ErrorSummary lang={lang} errors={view.errors} />
      <p>
        {t(lang, {
          ja: 'いまから署名するのは、次の内容のすべてです。患者と内容を確かめてから、下で署名してください。',
          en: 'You are about to sign all of what follows. Check the patient and the content, then sign below.',
        })}
      </p>
      <DefinitionList
        items={[
          { term: t(lang, { ja: '文書', en: 'Document' }), value: <Ja>{t('ja', titleOf(document))}</Ja> },
          { term: t(lang, { ja: '作成日', en: 'Written' }), value: document.date === null ? null : formatDate(document.date, lang) },
          ...(document.addressee
            ? [
                {
                  term: t(lang, { ja: 'あて先', en: 'Addressed to' }),
                  value: <Ja>{document.addressee.name ?? document.addressee.institutionNumber ?? ''}</Ja>,
                },
              ]
            : []),
        ]}
      />
      <Sections sections={sections} look={look} />
      <Raw body={body} lang={lang} />
      <Act view={view} />
    </ClinicPage>
  )
}

function Act({ view }: { view: SignView }): ReactNode {
  const { patient, document, certificates, on, body, demoPin } = view
  const { lang } = on
  const [first] = certificates
  const title = t(lang, { ja: '署名する', en: 'Sign' })
  if (first === undefined)
    return (
      <Section title={title}>
        <Banner
          tone="attention"
          lang={lang}
          title={t(lang, {
            ja: '署名用の証明書が、あなたの名前で登録されていません。施設の管理者に登録を頼んでください。',
            en: 'No certificate for signing is registered for you. Ask the administrator of your facility.',
          })}
        />
      </Section>
    )
  const errorOf = (name: string) => view.errors.find((error) => error.name === name)?.message
  const only = certificates.length === 1 ? { certificate: first.id } : {}
  return (
    <Section
      title={title}
      lead={t(lang, {
        ja: '署名すると、あなたの名前・資格・時刻が文書に付き、読む人が確かめられます。取り消しはできません。',
        en: 'Your name, licence and the time are put to the document, and readers can check them. This cannot be undone.',
      })}
    >
      <Form action={`${itemHref(patient, document)}/sign`} hidden={{ digest: digestOf(body), ...only }} label={title}>
        {certificates.length === 1 ? (
          <p>
            {t(lang, { ja: '使う証明書：', en: 'Certificate: ' })}
            {named(lang, first)}
          </p>
        ) : (
          <RadioGroup
            lang={lang}
            name="certificate"
            label={t(lang, { ja: '使う証明書', en: 'Certificate' })}
            value={first.id}
            options={certificates.map((one) => ({ value: one.id, label: named(lang, one) }))}
          />
        )}
        <TextInput
          lang={lang}
          name="pin"
          type="password"
          label={t(lang, { ja: '署名用の暗証番号', en: 'Signing PIN' })}
          hint={
            demoPin === null
              ? t(lang, {
                  ja: 'HPKIカードの署名用の暗証番号。保存しません。',
                  en: 'The PIN for signing of your HPKI card. It is not kept.',
                })
              : t(lang, { ja: `デモの暗証番号は ${demoPin} です。`, en: `In the demo it is ${demoPin}.` })
          }
          error={errorOf('pin')}
          autoComplete="off"
          maxLength={64}
          width="short"
          required
        />
        <ButtonRow>
          <Button variant="primary" size="large">
            {t(lang, { ja: '内容を確かめたので署名する', en: 'I checked it: sign' })}
          </Button>
          <LinkButton href={itemHref(patient, document)} variant="quiet">
            {t(lang, { ja: '署名しないで戻る', en: 'Go back without signing' })}
          </LinkButton>
        </ButtonRow>
      </Form>
    </Section>
  )
}
