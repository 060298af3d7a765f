import type { ReactElement, ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { BrandMark, Icon } from './icons.tsx'
import type { Lang } from './messages.ts'
import { word } from './messages.ts'

/** Whom a page is for: sets type size, width and density. */
export type Audience = 'citizen' | 'staff' | 'public' | 'kiosk'

export interface NavItem {
  href: string
  label: string
  /** True for the page being shown. */
  current?: boolean | undefined
  /** One key that opens it on desks, listed under `?`. */
  shortcut?: string | undefined
}

export interface PageUser {
  name: string
  /** Role and institution, such as '医師 ・ B診療所'. */
  detail?: string | undefined
  /** Where the sign-out form posts; default '/sign-out'. */
  signOutAction?: string | undefined
}

export interface PageProps {
  /** Becomes the document title and the page's only h1. */
  title: string
  /** Language of the title where it is not the page's: the name of a document, of a test. */
  titleLang?: Lang | undefined
  lang: Lang
  audience: Audience
  /** Path with query of this request, to come back in the other language. */
  path: string
  /** Own rule for the language links; default sets `lang=` in `path`. */
  langHref?: ((lang: Lang) => string) | undefined
  nav?: NavItem[] | undefined
  user?: PageUser | undefined
  breadcrumbs?: { href: string; label: ReactNode }[] | undefined
  /** One sentence under the title that answers the page's question. */
  lead?: ReactNode | undefined
  /** Stands above the title over the full width: consent bar, harm banner. */
  top?: ReactNode | undefined
  /** Hides the h1 from sight, not from screen readers, where the content opens with its own large heading. */
  titleHidden?: boolean | undefined
  /** Says 'エラー: ' in front of the document title after a form was refused. */
  hasErrors?: boolean | undefined
  demo?: boolean | undefined
  /** Names of browser scripts under /islands, without '.js'. Staff pages always bring 'keyboard'. */
  islands?: string[] | undefined
  /** Leaves the page after so many seconds where script is off; with script the island 'countdown' does it, and a touch begins anew. */
  refresh?: { seconds: number; href: string } | undefined
  children?: ReactNode | undefined
}

function pathWithLang(path: string, lang: Lang): string {
  const url = new URL(path, 'http://enishi.invalid')
  url.searchParams.set('lang', lang)
  return `${url.pathname}${url.search}`
}

function LanguageSwitch({ lang, href }: { lang: Lang; href: (lang: Lang) => string }): ReactNode {
  const names = { ja: '日本語', en: 'English' }
  return (
    <ul className="language-switch" aria-label={word(lang, 'language')}>
      {(['ja', 'en'] as const).map((other) => (
        <li key={other}>
          <a href={href(other)} hrefLang={other} lang={other} aria-current={other === lang ? 'true' : undefined}>
            {names[other]}
          </a>
        </li>
      ))}
    </ul>
  )
}

/** Leaves a desk for a moment, in one key: the session ends, the place is kept for the same person alone. */
const LockButton = ({ lang, path }: { lang: Lang; path: string }): ReactNode => (
  <form method="post" action="/sign-in/lock">
    <input type="hidden" name="path" value={path} />
    <button type="submit" className="button button-quiet" data-shortcut="q" aria-keyshortcuts="q">
      {word(lang, 'lock')}
    </button>
  </form>
)

function UserBox({ user, lang, path, audience }: { user: PageUser; lang: Lang; path: string; audience: Audience }): ReactNode {
  return (
    <div className="user-box">
      <Icon name="person" />
      <span className="user-name">
        <span className="visually-hidden">{word(lang, 'signedInAs')}</span>
        {audience === 'staff' ? <a href="/clinic/account">{user.name}</a> : user.name}
        {user.detail ? <span className="user-detail">{user.detail}</span> : null}
      </span>
      {audience === 'staff' ? <LockButton lang={lang} path={path} /> : null}
      <form method="post" action={user.signOutAction ?? '/sign-out'}>
        <button type="submit" className="button button-quiet">
          {word(lang, 'signOut')}
        </button>
      </form>
    </div>
  )
}

/** A menu of so many places folds away on a phone: a page begins on the first screen. */
const FOLDS_FROM = 7

const Places = ({ nav, hasKeys }: { nav: NavItem[]; hasKeys: boolean }): ReactNode => (
  <ul>
    {nav.map((item) => (
      <li key={item.href}>
        <a href={item.href} aria-current={item.current ? 'page' : undefined} data-shortcut={hasKeys ? item.shortcut : undefined}>
          {item.label}
        </a>
      </li>
    ))}
  </ul>
)

/** The menu of a page. A long one stands twice, of which the width shows one: no script is needed to unfold it. */
function Navigation({ nav, lang }: { nav: NavItem[]; lang: Lang }): ReactNode {
  const label = word(lang, 'mainNavigation')
  if (nav.length < FOLDS_FROM)
    return (
      <nav className="main-navigation" aria-label={label}>
        <Places nav={nav} hasKeys />
      </nav>
    )
  return (
    <nav className="main-navigation main-navigation-long" aria-label={label}>
      <Places nav={nav} hasKeys />
      <details className="details">
        <summary>{word(lang, 'menu')}</summary>
        <Places nav={nav} hasKeys={false} />
      </details>
    </nav>
  )
}

function Header(props: PageProps): ReactNode {
  const { lang, path, user, nav, audience } = props
  return (
    <header className="site-header">
      <div className="site-header-row">
        <a className="brand" href="/" aria-label="縁 Enishi">
          <BrandMark />
          <span className="brand-name">
            <span lang="ja">縁</span> Enishi
          </span>
        </a>
        <div className="site-header-tools">
          {user && audience !== 'kiosk' ? <UserBox user={user} lang={lang} path={path} audience={audience} /> : null}
          <LanguageSwitch lang={lang} href={props.langHref ?? ((other) => pathWithLang(path, other))} />
        </div>
      </div>
      {nav && nav.length > 0 ? <Navigation nav={nav} lang={lang} /> : null}
    </header>
  )
}

function Breadcrumbs({ items, lang }: { items: { href: string; label: ReactNode }[]; lang: Lang }): ReactNode {
  return (
    <nav className="breadcrumbs" aria-label={word(lang, 'breadcrumbs')}>
      <ol>
        {items.map((item) => (
          <li key={item.href}>
            <a href={item.href}>{item.label}</a>
          </li>
        ))}
      </ol>
    </nav>
  )
}

function Main(props: PageProps): ReactNode {
  return (
    <main id="main" tabIndex={-1}>
      {props.breadcrumbs && props.breadcrumbs.length > 0 ? <Breadcrumbs items={props.breadcrumbs} lang={props.lang} /> : null}
      {props.top}
      <div className={props.titleHidden ? 'visually-hidden' : 'page-title'}>
        <h1 lang={props.titleLang === props.lang ? undefined : props.titleLang}>{props.title}</h1>
        {props.lead ? <div className="lead">{props.lead}</div> : null}
      </div>
      {props.children}
    </main>
  )
}

/** What everybody may read, from every page. */
const OpenPages = ({ lang }: { lang: Lang }): ReactNode => (
  <p className="footer-links">
    <a href="/transparency">{word(lang, 'transparency')}</a> <a href="/statistics">{word(lang, 'statistics')}</a>
  </p>
)

/** The frame every page hangs in: one h1, readable and usable without script. @spec JIS X 8341-3 AA, WCAG 2.2 AA */
export function Page(props: PageProps): ReactElement {
  const { lang, audience, title, refresh } = props
  const islands = new Set([...(audience === 'staff' ? ['keyboard'] : []), ...(props.islands ?? [])])
  return (
    <html lang={lang} className={`audience-${audience}`}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        {refresh ? (
          <noscript>
            <meta httpEquiv="refresh" content={`${refresh.seconds};url=${refresh.href}`} />
          </noscript>
        ) : null}
        <title>{`${props.hasErrors ? `${word(lang, 'error')}: ` : ''}${title} | 縁 Enishi`}</title>
        <link rel="icon" href="/assets/mark.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/enishi.css" />
        {[...islands].map((name) => (
          <script key={name} type="module" src={`/islands/${name}.js`} />
        ))}
      </head>
      <body>
        <a className="skip-link" href="#main">
          {word(lang, 'skipToMain')}
        </a>
        <Header {...props} />
        <Main {...props} />
        <footer className="site-footer">
          {props.demo ? <p className="demo-notice">{word(lang, 'demo')}</p> : null}
          {audience === 'kiosk' ? null : <OpenPages lang={lang} />}
          <p lang="en">縁 Enishi</p>
        </footer>
        {/* Last in the body, so that the first paint waits for the small style sheet only. */}
        <link rel="stylesheet" href="/assets/fonts.css" />
      </body>
    </html>
  )
}

/** The whole document as text, doctype included. */
export function renderPage(element: ReactElement): string {
  return `<!doctype html>${renderToStaticMarkup(element)}`
}
