/** An app asks that the person be signed out here too. They are asked: an address alone must not sign anybody out. */
import { renderPage, Page, Form, Button, ButtonRow, t } from '#ui'
import type { Row } from '#kernel/route'
import { type About, frame } from '../page-frame.tsx'
import { NOBODY, open } from '../row-terms.ts'
import { paths } from './configuration.ts'
import type { ProviderDeps } from './deps.ts'

function endSessionPage(about: About): string {
  const { lang, actor } = about
  const isIn = actor.kind !== 'public'
  return renderPage(
    <Page
      {...frame(about)}
      title={t(lang, { ja: 'サインアウト', en: 'Sign out' })}
      lead={
        isIn
          ? t(lang, { ja: 'アプリから、サインアウトするよう頼まれました。', en: 'An app asks that you sign out here.' })
          : t(lang, { ja: 'サインアウトしています。', en: 'You are signed out.' })
      }
    >
      {isIn ? (
        <Form action="/sign-out" label={t(lang, { ja: 'サインアウト', en: 'Sign out' })}>
          <ButtonRow>
            <Button variant="primary">{t(lang, { ja: 'サインアウトする', en: 'Sign out' })}</Button>
          </ButtonRow>
        </Form>
      ) : null}
    </Page>,
  )
}

/** @spec OpenID Connect RP-Initiated Logout 1.0, section 2: the End-User is asked */
export const endSessionRow = ({ demo }: ProviderDeps): Row => ({
  kind: 'read',
  method: 'GET',
  path: paths.endSession,
  ...open,
  audit: 'none',
  law: NOBODY,
  summary: { ja: 'アプリから頼まれたサインアウトの画面', en: 'Page to sign out, asked for by an app' },
  handle: async (ctx, request) => ({ page: () => endSessionPage({ lang: ctx.lang, path: request.url, actor: ctx.actor, demo }) }),
})
