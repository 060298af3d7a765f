import type { ReactNode } from 'react'
import { Button, ButtonRow, CheckboxGroup, ErrorSummary, Form, type Lang, LinkButton, RadioGroup, renderPage, TextInput, t } from '#ui'
import { controls, type Draft } from './form.tsx'
import { OperatorPage, type PageOf } from './frame.tsx'
import { bindingNames, scopeChoices } from './words.ts'
import { clientCrumbs } from './client-parts.tsx'

/** The fields of a client, new or changed. `scopes`: those ticked and typed. */
export function ClientFields({
  lang,
  draft,
  scopes,
  withNone,
}: {
  lang: Lang
  draft: Draft
  scopes: readonly string[]
  withNone: boolean
}): ReactNode {
  const { input } = controls({ lang, draft })
  const error = (name: string) => draft.errors.find((e) => e.name === name)?.message
  const bindings = (['any', 'mtls', 'dpop', ...(withNone ? (['none'] as const) : [])] as const).map((value) => ({
    value,
    label: t(lang, bindingNames[value]),
  }))
  const odd = scopes.filter((scope) => !scopeChoices.some((one) => one.scope === scope))
  return (
    <>
      {input(
        'name',
        { ja: '名称（どのシステムか分かるように）', en: 'Name, so that one knows which system it is' },
        { required: true, maxLength: 120 },
      )}
      <CheckboxGroup
        lang={lang}
        name="scopes"
        label={t(lang, { ja: 'できること', en: 'What it may do' })}
        hint={t(lang, {
          ja: 'どれを選んでも、見られるのは、その施設が本人の同意などで見てよい範囲だけです。',
          en: 'Whatever is chosen, it sees no more than its facility may, by consent or by its own records.',
        })}
        error={error('scopes')}
        values={[...scopes]}
        options={scopeChoices.map(({ scope, words }) => ({ value: scope, label: t(lang, words), hint: scope }))}
      />
      {input(
        'moreScopes',
        { ja: 'ほかの範囲（空白で区切る）', en: 'Further scopes, separated by spaces' },
        { maxLength: 1000, hint: 'system/Observation.rs', ...(odd.length > 0 ? { value: odd.join(' ') } : {}) },
      )}
      <RadioGroup
        lang={lang}
        name="binding"
        label={t(lang, { ja: 'アクセストークンを何に結び付けるか', en: 'What its access tokens are tied to' })}
        hint={t(lang, {
          ja: '盗まれたトークンが、ほかの人に使えないようにするためです。',
          en: 'So that a stolen token is of no use to anybody else.',
        })}
        error={error('binding')}
        value={draft.values.binding ?? 'any'}
        options={bindings}
      />
      {input(
        'certificateSubject',
        { ja: '証明書の名義（名義で認めるとき）', en: 'Certificate subject, where the subject is what counts' },
        { maxLength: 300, hint: 'CN=emr,O=Hospital,C=JP' },
      )}
    </>
  )
}

export function KeysInput({ lang, draft, required }: { lang: Lang; draft: Draft; required: boolean }): ReactNode {
  return (
    <TextInput
      lang={lang}
      name="keys"
      label={t(lang, { ja: '公開鍵か証明書', en: 'Public key or certificate' })}
      hint={t(lang, {
        ja: 'JWKS か JWK（JSON）、または PEM の証明書を貼り付けます。秘密鍵は貼り付けないでください。',
        en: 'Paste a JWKS or JWK (JSON), or certificates as PEM. Never a private key.',
      })}
      error={draft.errors.find((e) => e.name === 'keys')?.message}
      value={draft.values.keys ?? ''}
      rows={8}
      required={required}
      autoComplete="off"
    />
  )
}

export function newClientPage(
  on: PageOf,
  { draft, scopes, ownFacility }: { draft: Draft; scopes: readonly string[]; ownFacility: boolean },
): string {
  const { lang } = on
  const { input } = controls({ lang, draft })
  const title = t(lang, { ja: 'システムを登録する', en: 'Register a system' })
  return renderPage(
    <OperatorPage on={on} here="/operator/clients" title={title} hasErrors={draft.errors.length > 0} breadcrumbs={clientCrumbs(lang)}>
      <ErrorSummary lang={lang} errors={draft.errors} />
      <Form
        action="/operator/clients"
        label={title}
        {...(ownFacility ? { hidden: { institutionNumber: draft.values.institutionNumber ?? '' } } : {})}
      >
        {ownFacility
          ? null
          : input(
              'institutionNumber',
              { ja: '施設の医療機関番号（10桁）', en: 'Institution number of the facility' },
              { required: true, width: 'medium', maxLength: 20, inputMode: 'numeric' },
            )}
        {input(
          'clientId',
          { ja: 'クライアントID', en: 'Client id' },
          { required: true, width: 'medium', maxLength: 80, autoComplete: 'off' },
        )}
        <ClientFields lang={lang} draft={draft} scopes={scopes} withNone={false} />
        <KeysInput lang={lang} draft={draft} required />
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '登録する', en: 'Register' })}</Button>
          <LinkButton href="/operator/clients">{t(lang, { ja: 'やめる', en: 'Cancel' })}</LinkButton>
        </ButtonRow>
      </Form>
    </OperatorPage>,
  )
}
