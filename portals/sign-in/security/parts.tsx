import type { ReactNode } from 'react'
import type { Lang } from '#kernel/language'
import { Banner, Button, ButtonRow, Details, EmptyState, Form, LinkButton, Section, Table, Tag, TextInput, Time, t } from '#ui'
import type { Passkey } from '../passkey/model.ts'
import { PasskeyButton } from '../passkey/button.tsx'
import type { SecurityView } from './view.ts'
import { changeSentence, provenWords } from './words.ts'

type Props = { lang: Lang; base: string; view: SecurityView }

const nameOf = ({ label }: Pick<Passkey, 'label'>, lang: Lang) =>
  label || t(lang, { ja: '名前のないパスキー', en: 'Passkey without a name' })

/** Passkeys with their names, and the way to make one more. `lead` says what they are for here. */
export function Passkeys({ lang, base, view, lead }: Props & { lead: string }): ReactNode {
  return (
    <Section id="passkeys" title={t(lang, { ja: 'パスキー', en: 'Passkeys' })} lead={lead}>
      {view.isProven ? null : <ProveFirst lang={lang} view={view} />}
      <Table
        lang={lang}
        caption={t(lang, { ja: 'パスキー', en: 'Passkeys' })}
        captionHidden
        rows={view.passkeys}
        rowKey={(row) => row.credentialId}
        empty={<EmptyState lang={lang} title={t(lang, { ja: 'パスキーはまだありません', en: 'No passkeys yet' })} />}
        columns={[
          {
            key: 'name',
            header: t(lang, { ja: '名前', en: 'Name' }),
            cell: (row) => (
              <>
                {nameOf(row, lang)} {row.backedUp ? <Tag>{t(lang, { ja: '端末間で同期', en: 'Synced' })}</Tag> : null}
              </>
            ),
          },
          { key: 'made', header: t(lang, { ja: '作った日', en: 'Made' }), cell: (row) => <Time value={row.madeAt} lang={lang} /> },
          {
            key: 'used',
            header: t(lang, { ja: '最後に使った日時', en: 'Last used' }),
            cell: (row) =>
              row.usedAt === null ? t(lang, { ja: 'まだ', en: 'Not yet' }) : <Time value={row.usedAt} lang={lang} withTime />,
          },
          {
            key: 'act',
            header: t(lang, { ja: '操作', en: 'Actions' }),
            cell: (row) => <PasskeyActs lang={lang} base={base} passkey={row} isProven={view.isProven} />,
          },
        ]}
      />
      {view.isProven && view.mayAdd ? <NewPasskey lang={lang} base={base} /> : null}
    </Section>
  )
}

const ProveFirst = ({ lang, view }: { lang: Lang; view: SecurityView }): ReactNode => (
  <Banner
    tone="info"
    lang={lang}
    title={t(lang, {
      ja: '追加や取り消しの前に、もう一度本人確認をします。',
      en: 'Before you add or remove anything, please prove once more that it is you.',
    })}
  >
    <p>
      <LinkButton href={view.proveHref}>{t(lang, { ja: '本人確認をする', en: 'Prove it is you' })}</LinkButton>
    </p>
  </Banner>
)

function PasskeyActs({ lang, base, passkey, isProven }: Omit<Props, 'view'> & { passkey: Passkey; isProven: boolean }): ReactNode {
  const hidden = { credentialId: passkey.credentialId }
  const name = nameOf(passkey, lang)
  return (
    <Details summary={t(lang, { ja: '変える', en: 'Change' })}>
      <Form action={`${base}/passkeys/rename`} hidden={hidden}>
        <label>
          {t(lang, { ja: '新しい名前', en: 'New name' })}{' '}
          <input className="input input-medium" name="label" defaultValue={passkey.label} maxLength={40} />
        </label>
        <Button ariaLabel={t(lang, { ja: `${name}の名前を変える`, en: `Rename ${name}` })}>
          {t(lang, { ja: '名前を変える', en: 'Rename' })}
        </Button>
      </Form>
      {isProven ? (
        <Form action={`${base}/passkeys/remove`} hidden={hidden}>
          <p className="note">
            {t(lang, {
              ja: '取り消すと、このパスキーではもうサインインできません。元には戻せません。',
              en: 'Nobody can sign in with it any more. This cannot be undone.',
            })}
          </p>
          <Button variant="danger" ariaLabel={t(lang, { ja: `${name}を取り消す`, en: `Remove ${name}` })}>
            {t(lang, { ja: '取り消す', en: 'Remove' })}
          </Button>
        </Form>
      ) : null}
    </Details>
  )
}

/** Makes a passkey on this device. */
export const NewPasskey = ({ lang, base, next }: { lang: Lang; base: string; next?: string }): ReactNode => (
  <form className="form" aria-label={t(lang, { ja: 'パスキーを追加する', en: 'Add a passkey' })}>
    <TextInput
      lang={lang}
      name="label"
      label={t(lang, { ja: '新しいパスキーの名前', en: 'Name of the new passkey' })}
      hint={t(lang, { ja: '空のままなら、端末の種類が入ります。', en: 'Left empty, it is named after the device.' })}
      maxLength={40}
      width="medium"
      autoComplete="off"
    />
    <PasskeyButton
      lang={lang}
      what="create"
      options={`${base}/passkeys/options`}
      answer={`${base}/passkeys`}
      {...(next === undefined ? {} : { next, variant: 'primary' })}
    >
      {t(lang, { ja: 'この端末にパスキーを作る', en: 'Make a passkey on this device' })}
    </PasskeyButton>
  </form>
)

/** Browsers that are signed in, each with the way to end it. */
export function Devices({ lang, base, view }: Props): ReactNode {
  const others = view.devices.some((device) => !device.isCurrent)
  return (
    <Section
      id="devices"
      title={t(lang, { ja: 'サインイン中の端末', en: 'Signed-in devices' })}
      lead={t(lang, {
        ja: '見覚えのない端末があれば、サインアウトさせてください。',
        en: 'If there is one you do not know, sign it out.',
      })}
    >
      <Table
        lang={lang}
        caption={t(lang, { ja: 'サインイン中の端末', en: 'Signed-in devices' })}
        captionHidden
        rows={view.devices}
        rowKey={(row) => row.id}
        rowTone={(row) => (row.isCurrent ? 'now' : null)}
        columns={[
          {
            key: 'device',
            header: t(lang, { ja: '端末', en: 'Device' }),
            cell: (row) => (
              <>
                {row.label || t(lang, { ja: '種類の分からない端末', en: 'Device of an unknown kind' })}{' '}
                {row.isCurrent ? <Tag>{t(lang, { ja: 'この端末', en: 'This device' })}</Tag> : null}
                {row.desk ? <Tag>{t(lang, { ja: '共用', en: 'Shared' })}</Tag> : null}
              </>
            ),
          },
          { key: 'how', header: t(lang, { ja: '入り方', en: 'How' }), cell: (row) => provenWords[row.provenBy][lang] },
          {
            key: 'since',
            header: t(lang, { ja: '始まり', en: 'Since' }),
            cell: (row) => <Time value={row.startedAt} lang={lang} withTime />,
          },
          {
            key: 'seen',
            header: t(lang, { ja: '最後の操作', en: 'Last used' }),
            cell: (row) => <Time value={row.seenAt} lang={lang} withTime />,
          },
          {
            key: 'act',
            header: t(lang, { ja: '操作', en: 'Actions' }),
            cell: (row) => (
              <Form action={`${base}/devices/end`} hidden={{ id: row.id }}>
                <Button variant="quiet" ariaLabel={t(lang, { ja: `${row.label}をサインアウトさせる`, en: `Sign out ${row.label}` })}>
                  {t(lang, { ja: 'サインアウトさせる', en: 'Sign out' })}
                </Button>
              </Form>
            ),
          },
        ]}
      />
      {others ? (
        <Form action={`${base}/devices/end-others`} label={t(lang, { ja: 'ほかの端末をすべて終える', en: 'End all other devices' })}>
          <ButtonRow>
            <Button>{t(lang, { ja: 'ほかの端末をすべてサインアウトさせる', en: 'Sign out all other devices' })}</Button>
          </ButtonRow>
        </Form>
      ) : null}
    </Section>
  )
}

/** What changed lately, so that nothing changes unseen. */
export const Lately = ({ lang, view }: { lang: Lang; view: SecurityView }): ReactNode => (
  <Section
    id="lately"
    title={t(lang, { ja: '最近の変更', en: 'Lately' })}
    lead={t(lang, {
      ja: '覚えのない変更があれば、ほかの端末をすべてサインアウトさせ、窓口に知らせてください。',
      en: 'If you did not do one of these, sign out all other devices and tell the desk.',
    })}
  >
    {view.changes.length === 0 ? (
      <EmptyState lang={lang} title={t(lang, { ja: '変更はまだありません', en: 'Nothing has changed yet' })} />
    ) : (
      <ul>
        {view.changes.map((change) => (
          <li key={`${change.what}${change.at.toISOString()}${change.label}`}>
            {changeSentence(change, lang)} — <Time value={change.at} lang={lang} withTime />
          </li>
        ))}
      </ul>
    )}
  </Section>
)

/** Says first what somebody must know: a passkey of theirs was copied. */
export const ClonedNotice = ({ lang, view }: { lang: Lang; view: SecurityView }): ReactNode => {
  const cloned = view.changes.find((change) => change.what === 'passkey-cloned')
  return cloned === undefined ? null : (
    <Banner tone="attention" lang={lang} title={changeSentence(cloned, lang)}>
      <p>
        {t(lang, {
          ja: '同じ鍵を持つ別の機器がある疑いがあります。新しいパスキーを作り、心当たりのない端末がないかを確かめてください。',
          en: 'Another device may hold the same key. Please make a new passkey and look through the devices below.',
        })}
      </p>
    </Banner>
  )
}
