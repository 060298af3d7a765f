import type { ReactNode } from 'react'
import { findStaffSignIn, type PersonService, type Workplace, workplacesOf } from '#care/person'
import { type Context, institutionNameIn } from '#kernel/context'
import type { Lang, Sentence } from '#kernel/language'
import { refuse } from '#kernel/refusal'
import type { Row, RouteRequest } from '#kernel/route'
import {
  ClonedNotice,
  type DeskDevice,
  Devices,
  deskOf,
  Lately,
  OutsideEntry,
  Passkeys,
  recoveryCodesLeft,
  securityJson,
  securityRows,
  type SecurityView,
  securityView,
  staffStepUp,
  subjectOf,
} from '#portals/sign-in'
import { Button, ButtonRow, DefinitionList, Form, Ja, LinkButton, renderPage, Section, Stack, TextInput, t } from '#ui'
import { ClinicPage, type PageOf } from './frame.tsx'

const LAW = '医療情報システムの安全管理に関するガイドライン 利用者の識別と認証（章は要確認）'
const BASE = '/clinic/account'

type Deps = { person: PersonService; demo?: boolean; baseUrl?: string; outside?: Sentence | null }
type View = {
  workplaces: readonly Workplace[]
  here: string
  security: SecurityView
  loginName: string
  isSet: boolean
  codesLeft: number
  desk: DeskDevice | undefined
}

function SecondWay({ lang, view }: { lang: Lang; view: View }): ReactNode {
  return (
    <Section
      title={t(lang, { ja: 'パスワードと確認コード', en: 'Password and one-time codes' })}
      lead={t(lang, { ja: 'パスキーが使えないときの入り方です。', en: 'The way in when a passkey cannot be used.' })}
    >
      <DefinitionList
        items={[
          { term: t(lang, { ja: 'ログイン名', en: 'Login name' }), value: view.loginName },
          {
            term: t(lang, { ja: '状態', en: 'State' }),
            value: view.isSet ? t(lang, { ja: '設定済み', en: 'Set' }) : t(lang, { ja: '未設定', en: 'Not set' }),
          },
          { term: t(lang, { ja: '残りの回復コード', en: 'Recovery codes left' }), value: String(view.codesLeft) },
        ]}
      />
      <Stack>
        <ButtonRow>
          <LinkButton href={`${BASE}/code`}>
            {view.isSet ? t(lang, { ja: '確認コードを設定し直す', en: 'Set codes anew' }) : t(lang, { ja: '設定する', en: 'Set up' })}
          </LinkButton>
          {view.isSet ? (
            <LinkButton href={`${BASE}/password`}>{t(lang, { ja: 'パスワードを変える', en: 'Change password' })}</LinkButton>
          ) : null}
        </ButtonRow>
        {view.isSet && view.security.isProven ? (
          <Form action={`${BASE}/recovery-codes`} label={t(lang, { ja: '回復コード', en: 'Recovery codes' })}>
            <Button>{t(lang, { ja: '回復コードを作り直す', en: 'Make recovery codes anew' })}</Button>
          </Form>
        ) : null}
      </Stack>
    </Section>
  )
}

/** Where they work now, with the way to change it; nothing for somebody of one place. */
function WhereNow({ lang, view: { workplaces, here } }: { lang: Lang; view: View }): ReactNode {
  if (workplaces.length < 2) return null
  return (
    <Section title={t(lang, { ja: 'いまの勤務先', en: 'Where you work now' })}>
      <p>
        <Ja>{here}</Ja>
      </p>
      <ButtonRow>
        <LinkButton href={`/sign-in/workplace?next=${BASE}`}>{t(lang, { ja: '勤務先を変える', en: 'Change it' })}</LinkButton>
      </ButtonRow>
    </Section>
  )
}

function SharedDesk({ lang, view }: { lang: Lang; view: View }): ReactNode {
  const { desk, security } = view
  return (
    <Section
      title={t(lang, { ja: 'この端末の共用', en: 'Sharing this device' })}
      lead={t(lang, {
        ja: '共用にすると、この端末では10分使わないと終わり、長くても4時間で終わります。席を外すときは q のキーを押します。',
        en: 'On a shared device, sessions end after ten idle minutes and four hours at most. Press q to lock when you leave.',
      })}
    >
      {desk === undefined ? null : (
        <p>
          {t(lang, { ja: 'この端末は共用です：', en: 'This device is shared: ' })}
          {desk.label || t(lang, { ja: '名前なし', en: 'no name' })}
        </p>
      )}
      {!security.isProven ? (
        <p>
          <LinkButton href={security.proveHref}>
            {t(lang, { ja: '本人確認をしてから変える', en: 'Prove it is you to change this' })}
          </LinkButton>
        </p>
      ) : desk === undefined ? (
        <Form action={`${BASE}/desk`} label={t(lang, { ja: 'この端末を共用にする', en: 'Mark this device as shared' })}>
          <TextInput
            lang={lang}
            name="label"
            label={t(lang, { ja: '場所の名前', en: 'Name of the place' })}
            hint={t(lang, { ja: '例：1番診察室', en: 'For example: room 1' })}
            maxLength={40}
            width="medium"
            autoComplete="off"
          />
          <Button>{t(lang, { ja: 'この端末を共用にする', en: 'Mark this device as shared' })}</Button>
        </Form>
      ) : (
        <Form action={`${BASE}/desk/end`} label={t(lang, { ja: '共用をやめる', en: 'Stop sharing' })}>
          <Button>{t(lang, { ja: '共用をやめる', en: 'Stop sharing' })}</Button>
        </Form>
      )}
    </Section>
  )
}

function AccountPage({ on, view, outside }: { on: PageOf; view: View; outside: Sentence | null }): ReactNode {
  const { lang } = on
  return (
    <ClinicPage
      on={on}
      title={t(lang, { ja: '自分のサインイン', en: 'Your sign-in' })}
      lead={t(lang, {
        ja: 'どうやって入れるか、どの端末で入っているか、最近何が変わったかを確かめられます。',
        en: 'How you can sign in, where you are signed in, and what changed lately.',
      })}
      islands={['passkey']}
    >
      <ClonedNotice lang={lang} view={view.security} />
      <WhereNow lang={lang} view={view} />
      <Passkeys
        lang={lang}
        base={BASE}
        view={view.security}
        lead={t(lang, {
          ja: 'まずパスキーでサインインします。端末ごとに作り、なくした端末のものはすぐに取り消してください。',
          en: 'The first way to sign in. Make one for each device, and remove at once those of a device you lost.',
        })}
      />
      <SecondWay lang={lang} view={view} />
      {outside === null ? null : <OutsideEntry lang={lang} base={BASE} name={outside} />}
      <SharedDesk lang={lang} view={view} />
      <Devices lang={lang} base={BASE} view={view.security} />
      <Lately lang={lang} view={view.security} />
      <Section
        title={t(lang, { ja: 'つながっているアプリ', en: 'Connected apps' })}
        lead={t(lang, { ja: '患者の記録を見せると決めたアプリです。', en: 'Apps you let see patients’ records.' })}
      >
        <p>
          <LinkButton href={`${BASE}/apps`}>{t(lang, { ja: 'アプリを確かめる', en: 'Check your apps' })}</LinkButton>
        </p>
      </Section>
    </ClinicPage>
  )
}

async function account(ctx: Context, request: RouteRequest): Promise<View> {
  const subject = ctx.actor.kind === 'staff' ? subjectOf(ctx) : refuse('not-permitted')
  const self = (await findStaffSignIn(ctx.db, { id: subject.id })) ?? refuse('not-permitted')
  return {
    workplaces: await workplacesOf(ctx.db, ctx.now, subject.id),
    here: ctx.actor.kind === 'staff' ? institutionNameIn(ctx.actor, ctx.lang) : '',
    security: await securityView(ctx, { subject, stepUp: staffStepUp, path: BASE }),
    loginName: self.loginName,
    isSet: self.isSet,
    codesLeft: await recoveryCodesLeft(ctx.db, subject.id),
    desk: await deskOf(ctx, request),
  }
}

/** How a member of staff signs in: their page and the rows behind it. */
export function accountRows({ person, demo = false, baseUrl = 'http://localhost:8080', outside = null }: Deps): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: BASE,
      who: ['staff'],
      why: ['HOPERAT'],
      audit: 'staff.account',
      law: LAW,
      summary: {
        ja: '職員のサインインのしかた、端末、最近の変更',
        en: 'A member of staff’s ways to sign in, devices, and what changed lately',
      },
      handle: async (ctx, request) => {
        const view = await account(ctx, request)
        const { lang, actor, now } = ctx
        const on = { lang, path: request.url, actor, now, demo }
        return { json: securityJson(view.security), page: () => renderPage(<AccountPage on={on} view={view} outside={outside} />) }
      },
    },
    ...securityRows({ base: BASE, who: 'staff', why: 'HOPERAT', stepUp: staffStepUp, person, baseUrl, demo }),
  ]
}
