import type { ReactNode } from 'react'
import type { Actor } from '#kernel/context'
import type { Lang, Sentence } from '#kernel/language'
import {
  Banner,
  Button,
  ButtonRow,
  Card,
  Details,
  ErrorSummary,
  Field,
  type FieldError,
  fieldId,
  Form,
  Grid,
  LinkButton,
  Page,
  type PageUser,
  renderPage,
  Section,
  Select,
  Steps,
  Table,
  Tabs,
  TextInput,
  t,
} from '#ui'
import type { DemoDoor } from './model.ts'

/** What every page here needs to know. `path` is the request's own, for the language links. */
export type About = { lang: Lang; path: string; actor: Actor; demo: DemoDoor | null }

export const homeOf = (actor: Actor): string => (actor.kind === 'citizen' ? '/me' : actor.kind === 'staff' ? '/clinic' : '/sign-in')

function userOf(actor: Actor): PageUser | undefined {
  if (actor.kind === 'citizen') return { name: actor.name }
  return actor.kind === 'staff' ? { name: actor.name, detail: actor.institutionName } : undefined
}

const frame = ({ lang, path, actor, demo }: About) => ({
  lang,
  path,
  demo: demo !== null,
  user: userOf(actor),
  audience: 'public' as const,
})

/** The front page: what this is, for whom, and the way in. */
export function homePage(about: About): string {
  const { lang, actor } = about
  const signedIn = actor.kind === 'citizen' || actor.kind === 'staff'
  return renderPage(
    <Page
      {...frame(about)}
      title={t(lang, { ja: 'あなたの記録を、あなたの同意で届ける', en: 'Your records, shared when you agree' })}
      lead={t(lang, {
        ja: '縁（えにし）は、病院や診療所にあるあなたの診療の記録を、あなたが「見せる」と決めた医療機関にだけ届けます。誰が見たかは、すべてあなたに見えます。',
        en: 'Enishi carries your medical records to the doctors you allow, and to nobody else. You can always see who looked.',
      })}
    >
      <ButtonRow>
        <LinkButton variant="primary" size="large" href={homeOf(actor)}>
          {signedIn ? t(lang, { ja: '自分のページへ', en: 'Go to your page' }) : t(lang, { ja: 'サインインする', en: 'Sign in' })}
        </LinkButton>
        {signedIn ? null : (
          <LinkButton href="/sign-in/staff">{t(lang, { ja: '医療機関で働く方', en: 'For staff of institutions' })}</LinkButton>
        )}
      </ButtonRow>
      <Section title={t(lang, { ja: '使う方', en: 'Who it is for' })}>
        <Grid>
          {audiences.map((one) => (
            <Card key={one.title.en} title={one.title[lang]}>
              <p>{one.text[lang]}</p>
            </Card>
          ))}
        </Grid>
      </Section>
      <OpenPages lang={lang} />
    </Page>,
  )
}

const audiences: readonly { title: Sentence; text: Sentence }[] = [
  {
    title: { ja: '患者さん・ご家族', en: 'For people and families' },
    text: {
      ja: 'どの病院の検査結果や薬も、一つの画面で見られます。見せる相手と情報は、あなたが選び、いつでも取り消せます。',
      en: 'Test results and drugs from every hospital on one page. You choose who sees what, and can take it back at any time.',
    },
  },
  {
    title: { ja: '医療機関', en: 'For institutions' },
    text: {
      ja: '患者さんの同意のもとで、ほかの施設のアレルギー・検査・薬を診察の前に確かめられます。',
      en: 'With the patient’s consent, see allergies, results and drugs from elsewhere before you speak.',
    },
  },
  {
    title: { ja: 'システムをつなぐ方', en: 'For those who connect systems' },
    text: {
      ja: 'FHIR R4 で記録を提出し、検索できます。規則に合わない提出は、どこをどう直すかを添えてお返しします。',
      en: 'Submit and search records in FHIR R4. What breaks a rule comes back with where it is wrong and what to do.',
    },
  },
]

const OpenPages = ({ lang }: { lang: Lang }): ReactNode => (
  <Section title={t(lang, { ja: 'どなたでも見られるもの', en: 'Open to everybody' })}>
    <ul>
      <li>
        <a href="/fhir/R4/metadata">
          {t(lang, { ja: 'FHIR でできること（CapabilityStatement）', en: 'What the FHIR interface can do (CapabilityStatement)' })}
        </a>
      </li>
      <li>
        <a href="/openapi.json">{t(lang, { ja: '窓口の一覧（OpenAPI）', en: 'All interfaces (OpenAPI)' })}</a>
      </li>
      <li>
        <a href="/health">{t(lang, { ja: 'いま動いているか', en: 'Is it running?' })}</a>
      </li>
    </ul>
  </Section>
)

function Ways({ lang, current, next }: { lang: Lang; current: 'card' | 'staff'; next: string | null }): ReactNode {
  const query = next === null ? '' : `?next=${encodeURIComponent(next)}`
  return (
    <Tabs
      label={t(lang, { ja: 'サインインのしかた', en: 'Ways to sign in' })}
      items={[
        {
          href: `/sign-in/card${query}`,
          label: t(lang, { ja: 'カードで（ご本人）', en: 'By card (people)' }),
          current: current === 'card',
        },
        { href: `/sign-in/staff${query}`, label: t(lang, { ja: '職員として', en: 'As staff' }), current: current === 'staff' },
      ]}
    />
  )
}

/** Sign-in by card. The PIN field has no name, so that it cannot be posted even where the script does not run. */
export function cardPage(about: About, { next }: { next: string | null }): string {
  const { lang, demo } = about
  return renderPage(
    <Page
      {...frame(about)}
      title={t(lang, { ja: 'カードでサインイン', en: 'Sign in with your card' })}
      lead={t(lang, {
        ja: 'マイナンバーカードと、数字4桁の暗証番号を使います。暗証番号はこの端末の外に出ません。',
        en: 'Use your My Number Card and its four-digit PIN. The PIN never leaves this device.',
      })}
      islands={['card-sign-in']}
    >
      <Ways lang={lang} current="card" next={next} />
      <noscript>
        <Banner
          tone="attention"
          lang={lang}
          title={t(lang, {
            ja: 'カードを読むには、この画面の JavaScript を有効にしてください。',
            en: 'Please switch on JavaScript: the card is read by a script in this page.',
          })}
        />
      </noscript>
      <div data-card-alert role="alert" />
      <Form
        action="/sign-in/card"
        hidden={next === null ? {} : { next }}
        label={t(lang, { ja: 'カードでサインイン', en: 'Sign in with your card' })}
      >
        {demo === null ? <CardFile lang={lang} /> : <DemoCards lang={lang} demo={demo} />}
        <Field
          lang={lang}
          name="pin"
          label={t(lang, { ja: '暗証番号', en: 'PIN' })}
          hint={t(lang, {
            ja: '数字4桁。3回続けて間違えると、カードがロックされます。',
            en: 'Four digits. Three wrong tries in a row lock the card.',
          })}
          required
        >
          <input
            id={fieldId('pin')}
            className="input input-short"
            type="password"
            inputMode="numeric"
            autoComplete="off"
            maxLength={4}
            required
            aria-describedby={`${fieldId('pin')}-hint`}
          />
        </Field>
        <ButtonRow>
          <Button variant="primary" size="large" disabled>
            {t(lang, { ja: 'サインインする', en: 'Sign in' })}
          </Button>
        </ButtonRow>
        <p data-card-status role="status" />
      </Form>
      <Section title={t(lang, { ja: 'このあと起きること', en: 'What happens next' })}>
        <Steps lang={lang} steps={cardSteps(lang)} current={0} />
      </Section>
    </Page>,
  )
}

const cardSteps = (lang: Lang) => [
  {
    title: t(lang, { ja: 'カードが暗証番号を確かめます', en: 'Your card checks the PIN' }),
    body: t(lang, { ja: 'この端末の中だけで行います。', en: 'On this device alone.' }),
  },
  {
    title: t(lang, { ja: 'カードの証明書を確かめます', en: 'The card’s certificate is checked' }),
    body: t(lang, { ja: '有効か、失効していないかを確かめます。', en: 'Whether it is valid and has not been revoked.' }),
  },
  {
    title: t(lang, { ja: 'あなたのページが開きます', en: 'Your page opens' }),
    body: t(lang, { ja: '30分使わないと、自動で終わります。', en: 'It closes by itself after 30 idle minutes.' }),
  },
]

const CardFile = ({ lang }: { lang: Lang }): ReactNode => (
  <Field
    lang={lang}
    name="file"
    label={t(lang, { ja: 'カードのファイル', en: 'Card file' })}
    hint={t(lang, { ja: 'ソフトウェアカード（JSON）を選んでください。', en: 'Choose a software card (JSON).' })}
  >
    <input
      id={fieldId('file')}
      className="input"
      type="file"
      accept="application/json,.json"
      aria-describedby={`${fieldId('file')}-hint`}
    />
  </Field>
)

/** More cards than this are not listed; the card file remains. */
const LISTED_CARDS = 500

function DemoCards({ lang, demo }: { lang: Lang; demo: DemoDoor }): ReactNode {
  const cards = demo.cards().slice(0, LISTED_CARDS)
  return (
    <>
      <Select
        lang={lang}
        name="card"
        label={t(lang, { ja: 'デモのカード', en: 'Demo card' })}
        hint={t(lang, {
          ja: '実在しない人のカードです。選ぶと暗証番号が入ります。',
          en: 'Cards of people who do not exist. Choosing one fills in its PIN.',
        })}
        options={[
          { value: '', label: t(lang, { ja: '選んでください', en: 'Choose one' }) },
          ...cards.map((card) => ({ value: String(card.n), label: `${card.name}（${card.birthDate}）` })),
        ]}
      />
      <Details summary={t(lang, { ja: 'カードのファイルを使う', en: 'Use a card file instead' })}>
        <CardFile lang={lang} />
      </Details>
    </>
  )
}

export type StaffForm = { next: string | null; loginName: string; errors: readonly FieldError[] }

/** Sign-in of staff: name, password and one-time code, always all three. */
export function staffPage(about: About, form: StaffForm): string {
  const { lang, demo } = about
  const errorOf = (name: string) => form.errors.find((error) => error.name === name)?.message
  return renderPage(
    <Page
      {...frame(about)}
      title={t(lang, { ja: '職員のサインイン', en: 'Staff sign-in' })}
      lead={t(lang, {
        ja: '医療機関から渡されたログイン名、パスワード、確認コードを使います。',
        en: 'Use the login name, password and code your institution gave you.',
      })}
      hasErrors={form.errors.length > 0}
      islands={demo === null ? [] : ['demo-staff']}
    >
      <Ways lang={lang} current="staff" next={form.next} />
      <ErrorSummary lang={lang} errors={form.errors} />
      <Form
        action="/sign-in/staff"
        hidden={form.next === null ? {} : { next: form.next }}
        label={t(lang, { ja: '職員のサインイン', en: 'Staff sign-in' })}
      >
        <TextInput
          lang={lang}
          name="loginName"
          label={t(lang, { ja: 'ログイン名', en: 'Login name' })}
          value={form.loginName}
          error={errorOf('loginName')}
          autoComplete="username"
          maxLength={200}
          width="medium"
          required
        />
        <TextInput
          lang={lang}
          name="password"
          type="password"
          label={t(lang, { ja: 'パスワード', en: 'Password' })}
          error={errorOf('password')}
          autoComplete="current-password"
          maxLength={200}
          width="medium"
          required
        />
        <TextInput
          lang={lang}
          name="totp"
          label={t(lang, { ja: '確認コード', en: 'One-time code' })}
          hint={t(lang, { ja: '認証アプリに出ている数字6桁', en: 'The six digits shown by your authenticator app' })}
          error={errorOf('totp')}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={12}
          width="short"
          required
        />
        <ButtonRow>
          <Button variant="primary" size="large">
            {t(lang, { ja: 'サインインする', en: 'Sign in' })}
          </Button>
        </ButtonRow>
      </Form>
      {demo === null ? null : <DemoStaff lang={lang} demo={demo} />}
    </Page>,
  )
}

const roleNames: Record<string, Sentence> = {
  physician: { ja: '医師', en: 'Physician' },
  dentist: { ja: '歯科医師', en: 'Dentist' },
  nurse: { ja: '看護師', en: 'Nurse' },
  pharmacist: { ja: '薬剤師', en: 'Pharmacist' },
  clerk: { ja: '事務職員', en: 'Clerk' },
  operator: { ja: '運用担当者', en: 'Operator' },
}

function DemoStaff({ lang, demo }: { lang: Lang; demo: DemoDoor }): ReactNode {
  const role = (name: string) => (Object.hasOwn(roleNames, name) ? roleNames[name]![lang] : name)
  return (
    <Section
      title={t(lang, { ja: 'デモの職員', en: 'Demo staff' })}
      lead={t(lang, {
        ja: '実在しない職員です。「使う」を押すと、上の欄に入ります。同じ内容は、データフォルダの demo.json にもあります。',
        en: 'Nobody here exists. “Use” fills the form above. The same is in demo.json in the data folder.',
      })}
    >
      <p data-demo-status role="status" />
      <Table
        lang={lang}
        caption={t(lang, { ja: 'デモの職員', en: 'Demo staff' })}
        captionHidden
        rows={demo.staff()}
        rowKey={(row) => row.loginName}
        columns={[
          { key: 'name', header: t(lang, { ja: '氏名', en: 'Name' }), cell: (row) => <span lang="ja">{row.name}</span> },
          { key: 'role', header: t(lang, { ja: '職種', en: 'Role' }), cell: (row) => role(row.role) },
          {
            key: 'institution',
            header: t(lang, { ja: '医療機関', en: 'Institution' }),
            cell: (row) => <span lang="ja">{row.institutionName}</span>,
          },
          { key: 'login', header: t(lang, { ja: 'ログイン名', en: 'Login name' }), cell: (row) => row.loginName },
          {
            key: 'use',
            header: t(lang, { ja: '操作', en: 'Action' }),
            cell: (row) => (
              <button
                type="button"
                className="button button-quiet"
                data-demo-staff={row.loginName}
                aria-label={t(lang, { ja: `${row.name}のサインインを使う`, en: `Use the sign-in of ${row.name}` })}
              >
                {t(lang, { ja: '使う', en: 'Use' })}
              </button>
            ),
          },
        ]}
      />
    </Section>
  )
}
