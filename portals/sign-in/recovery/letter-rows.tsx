import { z } from 'zod'
import type { Person, PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { listSessions } from '#kernel/identity'
import { refuse } from '#kernel/refusal'
import { type Answer, bodyOf, type RouteRequest, type Row } from '#kernel/route'
import { Banner, Button, ButtonRow, DefinitionList, Form, formatDate, LinkButton, Page, renderPage, Section, Select, Time, t } from '#ui'
import { type Invitation, openInvitation, spacedToken } from '../invitation/store.ts'
import { type About, frame } from '../page-frame.tsx'
import { passkeysOf } from '../passkey/store.ts'
import { LAW, type SignInDeps } from '../row-terms.ts'
import { againHref, isProven, staffStepUp } from '../step-up/rules.ts'
import { endEveryWay, issueRecovery } from './service.ts'

const pathOf = (personId: string): string => `/operator/people/${encodeURIComponent(personId)}/sign-in`

/** How a person was identified at the counter; the code goes into the audit log. */
const documents = {
  'my-number-card': { ja: 'マイナンバーカード（券面の写真で）', en: 'My Number Card (by its photograph)' },
  licence: { ja: '運転免許証', en: 'Driving licence' },
  passport: { ja: '旅券', en: 'Passport' },
  residence: { ja: '在留カード・特別永住者証明書', en: 'Residence card' },
  two: { ja: '写真のない公的な書類2点', en: 'Two official documents without a photograph' },
} as const

const letterBody = z.object({ document: z.enum(Object.keys(documents) as [keyof typeof documents]) })

type View = {
  person: Person
  passkeys: number
  devices: number
  open: Invitation | undefined
  isProven: boolean
  code: string | null
  baseUrl: string
}

async function viewOf(ctx: Context, person: PersonService, about: { id: string; code: string | null; baseUrl: string }): Promise<View> {
  const found = (await person.find(ctx, about.id)) ?? refuse('not-found')
  const subject = { kind: 'citizen', id: found.id } as const
  return {
    person: found,
    passkeys: (await passkeysOf(ctx.db, subject)).length,
    devices: (await listSessions(ctx.db, ctx.now, subject)).length,
    open: await openInvitation(ctx.db, ctx.now, found.id),
    isProven: isProven(ctx.session, staffStepUp, ctx.now),
    code: about.code,
    baseUrl: about.baseUrl,
  }
}

/** 'How does this person get in again?' For an operator with the person at the counter. */
function letterPage(about: About, view: View): string {
  const { lang } = about
  const { person } = view
  return renderPage(
    <Page
      {...frame(about)}
      audience="staff"
      title={t(lang, { ja: 'ご本人のサインインを作り直す', en: 'Let a person sign in again' })}
      lead={t(lang, {
        ja: 'カードもパスキーもなくした方が窓口に来たときに使います。発行は記録に残り、ご本人の画面にも出ます。',
        en: 'For somebody at the counter who lost both card and passkey. It is audited, and the person sees it.',
      })}
      breadcrumbs={[
        { href: '/operator/people', label: t(lang, { ja: '人の登録', en: 'People' }) },
        { href: `/operator/people/${encodeURIComponent(person.id)}`, label: person.name },
      ]}
    >
      {view.code === null ? null : <Letter about={about} view={view} code={view.code} />}
      <DefinitionList
        items={[
          { term: t(lang, { ja: '氏名', en: 'Name' }), value: <span lang="ja">{person.name}</span> },
          { term: t(lang, { ja: '生年月日', en: 'Date of birth' }), value: formatDate(person.birthDate, lang) },
          { term: t(lang, { ja: 'パスキー', en: 'Passkeys' }), value: String(view.passkeys) },
          { term: t(lang, { ja: 'サインイン中の端末', en: 'Signed-in devices' }), value: String(view.devices) },
          {
            term: t(lang, { ja: '使われていない案内', en: 'Open invitation' }),
            value: view.open ? <Time value={view.open.until} lang={lang} withTime /> : t(lang, { ja: 'なし', en: 'None' }),
          },
        ]}
      />
      {view.isProven ? (
        <Acts about={about} view={view} />
      ) : (
        <ButtonRow>
          <LinkButton variant="primary" href={againHref(pathOf(person.id), staffStepUp.by)}>
            {t(lang, { ja: 'あなたの本人確認をしてから進む', en: 'Prove first that it is you' })}
          </LinkButton>
        </ButtonRow>
      )}
    </Page>,
  )
}

const Letter = ({ about: { lang }, view, code }: { about: About; view: View; code: string }) => (
  <Banner
    tone="attention"
    lang={lang}
    title={t(lang, {
      ja: 'このコードは、いま1回だけ表示します。印刷するか書き写して、ご本人の手に渡してください。',
      en: 'This code is shown this once. Print it or write it down, and hand it to the person.',
    })}
  >
    <p>
      <code>{spacedToken(code)}</code>
    </p>
    <p>
      {t(lang, { ja: '入れる場所：', en: 'Where it goes: ' })}
      <code>{`${view.baseUrl}/sign-in/invitation`}</code>
    </p>
  </Banner>
)

const Acts = ({ about: { lang }, view }: { about: About; view: View }) => (
  <>
    <Section
      title={t(lang, { ja: '案内の紙を発行する', en: 'Issue a letter' })}
      lead={t(lang, {
        ja: '7日間、1回だけ使えます。使われると、前のパスキーと端末は終わります。前の案内は、いま終わります。',
        en: 'Works once, for seven days. When it is used, earlier passkeys and devices end. An earlier letter ends now.',
      })}
    >
      <Form action={`${pathOf(view.person.id)}/letter`} label={t(lang, { ja: '案内の発行', en: 'Issue a letter' })}>
        <Select
          lang={lang}
          name="document"
          label={t(lang, { ja: '窓口で確かめた書類', en: 'Document seen at the counter' })}
          required
          options={Object.entries(documents).map(([value, words]) => ({ value, label: words[lang] }))}
        />
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '発行する', en: 'Issue' })}</Button>
        </ButtonRow>
      </Form>
    </Section>
    <Section
      title={t(lang, { ja: 'すべて終わらせる', en: 'End everything' })}
      lead={t(lang, {
        ja: '盗まれた、誰かに使われているおそれがあるとき。パスキー、端末、案内をすべて終わらせます。カードでは入れます。',
        en: 'Where something was stolen or somebody else uses it. Ends all passkeys, devices and letters; the card still works.',
      })}
    >
      <Form action={`${pathOf(view.person.id)}/end`} label={t(lang, { ja: 'すべて終わらせる', en: 'End everything' })}>
        <ButtonRow>
          <Button variant="danger">{t(lang, { ja: 'すべて終わらせる', en: 'End everything' })}</Button>
        </ButtonRow>
      </Form>
    </Section>
  </>
)

/** A person's way back after both card and passkey are lost: an operator, the person at the counter, a letter. */
export function letterRows({ person, demo, baseUrl }: SignInDeps): Row[] {
  const operator = { who: ['staff'], roles: ['operator'], why: ['HOPERAT'], law: LAW } as const
  const page = async (ctx: Context, request: RouteRequest, code: string | null): Promise<Answer> => {
    const id = request.params.id ?? ''
    const view = await viewOf(ctx, person, { id, code, baseUrl })
    const key = view.person.keys[0]
    ctx.audit({ ...(key === undefined ? {} : { key }), resource: `Person/${id}` })
    return { page: () => letterPage({ lang: ctx.lang, path: pathOf(id), actor: ctx.actor, demo }, view) }
  }
  return [
    {
      ...operator,
      kind: 'read',
      method: 'GET',
      path: '/operator/people/:id/sign-in',
      audit: 'recovery.show',
      summary: { ja: 'ご本人のサインインを作り直す画面', en: 'Page to let a person sign in again' },
      handle: (ctx, request) => page(ctx, request, null),
    },
    {
      ...operator,
      kind: 'write',
      method: 'POST',
      path: '/operator/people/:id/sign-in/letter',
      audit: 'recovery.issue',
      stepUp: staffStepUp,
      schema: letterBody,
      summary: { ja: 'カードもパスキーもなくした人に、案内の紙を発行する', en: 'Issue a letter for a person who lost card and passkey' },
      handle: async (ctx, request) => {
        const found = (await person.find(ctx, request.params.id ?? '')) ?? refuse('not-found')
        const by = ctx.actor.kind === 'staff' ? ctx.actor.id : refuse('not-permitted')
        const code = await issueRecovery(ctx, { personId: found.id, by })
        const key = found.keys[0]
        const rule = `identified-by-${bodyOf(request, letterBody).document}`
        ctx.audit({ ...(key === undefined ? {} : { key }), resource: `Person/${found.id}`, rule })
        return { ...(await page(ctx, request, code)), json: { code: spacedToken(code) } }
      },
    },
    {
      ...operator,
      kind: 'write',
      method: 'POST',
      path: '/operator/people/:id/sign-in/end',
      audit: 'recovery.end',
      stepUp: staffStepUp,
      summary: { ja: '人のパスキー、端末、案内をすべて終わらせる', en: 'End all passkeys, devices and letters of a person' },
      handle: async (ctx, request) => {
        const found = (await person.find(ctx, request.params.id ?? '')) ?? refuse('not-found')
        await endEveryWay(ctx, { kind: 'citizen', id: found.id })
        const key = found.keys[0]
        ctx.audit({ ...(key === undefined ? {} : { key }), resource: `Person/${found.id}` })
        return { redirect: pathOf(found.id) }
      },
    },
  ]
}
