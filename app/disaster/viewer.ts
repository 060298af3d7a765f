/** The laptop's own server: this machine alone, no network, no database; every look is on the disk before it is shown. */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type Evacuees, ExtractRefused, type LaptopLog, limits, mustBeInTime, type OpenExtract, type Who, who } from '#care/emergency'
import { isEnough, isUnreadBirth, readRemembered, type Remembered } from '#care/person'
import { langOf } from '#kernel/language'
import { disasterChart, type Hit, whyFound } from '#portals/clinician'
import { assetRow } from '../assets.ts'
import { extractSentences } from './sentences.ts'
import { judgeOpening, needsOf } from './second.ts'
import { chartPage, confirmPage, messagePage, type On, searchPage, whoPage } from './viewer-pages.tsx'

/** `dist`: the folder with the pages’ style sheets and scripts. */
export type ViewerDeps = { extract: OpenExtract; people: Evacuees; log: LaptopLog; now: () => Date; dist?: string }
type Session = { who: Who; at: number; found: Set<string>; opened: Set<string>; searches: number[]; looks: number[] }
type Answer = { status?: number; page?: string; to?: string; cookie?: string }

const IDLE_MS = 15 * 60_000
const HOUR_MS = 3_600_000
const MOST_BODY = 20_000
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  // With none at all, a browser would not say where a form comes from, and each would look like one of another site.
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
} as const

const field = (form: URLSearchParams, name: string) => (form.get(name) ?? '').trim().slice(0, 100)
const rememberedIn = (form: URLSearchParams): Remembered => ({
  ...{ name: field(form, 'name'), birth: field(form, 'birth'), age: field(form, 'age') },
  ...{ sex: field(form, 'sex'), address: field(form, 'address'), insurance: field(form, 'insurance') },
})

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = ''
  for await (const piece of request) {
    text += String(piece)
    if (text.length > MOST_BODY) throw new Error('too long')
  }
  return new URLSearchParams(text)
}

const cookieIn = (request: IncomingMessage, name: string) =>
  new RegExp(`(?:^|;\\s*)${name}=([^;]*)`).exec(request.headers.cookie ?? '')?.[1]

/** A page elsewhere must not reach this server through the browser that shows both. */
function isOurs(request: IncomingMessage, port: number): boolean {
  const hosts = [`localhost:${port}`, `127.0.0.1:${port}`]
  if (!hosts.includes(request.headers.host ?? '')) return false
  const { origin } = request.headers
  return request.method === 'GET' || origin === undefined || hosts.some((host) => origin === `http://${host}`)
}

export function viewer({ extract, people, log, now, dist = join(import.meta.dirname, '..') }: ViewerDeps): Server {
  const { manifest, about } = extract
  const sessions = new Map<string, Session>()
  const assets = (['assets', 'islands'] as const).map((folder) => assetRow(folder, dist))

  const onOf = (request: IncomingMessage, session: Session | undefined): On => ({
    lang: langOf({
      query: new URL(request.url ?? '/', 'http://x').searchParams.get('lang') ?? undefined,
      cookie: cookieIn(request, 'enishi_lang'),
      accept: request.headers['accept-language'],
    }),
    path: request.url ?? '/',
    now: now(),
    manifest,
    people: people.size,
    who: session?.who ?? null,
  })
  const lately = (times: number[]) => times.filter((at) => at > now().getTime() - HOUR_MS)

  function begin(on: On, form: URLSearchParams): Answer {
    const institution = about.institutions.find((i) => i.open && i.number === field(form, 'institution'))
    const typed = Object.fromEntries(form)
    const read = who.safeParse({
      ...{
        name: field(form, 'name'),
        licence: field(form, 'licence'),
        licenceNumber: field(form, 'licenceNumber'),
        loginName: field(form, 'loginName'),
      },
      ...{ institutionNumber: institution?.number ?? '', institutionName: institution?.name ?? '' },
    })
    if (!read.success) {
      const names = [...new Set(read.error.issues.map((issue) => String(issue.path[0])))]
      const message = on.lang === 'ja' ? '入力してください。' : 'Please fill this in.'
      return {
        status: 400,
        page: whoPage(on, { institutions: about.institutions, typed, errors: names.map((name) => ({ name, message })) }),
      }
    }
    log.note({ act: 'sign-in', who: read.data, at: now() })
    const token = randomBytes(24).toString('base64url')
    sessions.set(token, { who: read.data, at: now().getTime(), found: new Set(), opened: new Set(), searches: [], looks: [] })
    return { to: '/', cookie: `enishi_laptop=${token}; HttpOnly; SameSite=Strict; Path=/` }
  }

  function search(on: On, session: Session, form: URLSearchParams): Answer {
    const typed = rememberedIn(form)
    const asked = readRemembered(typed, now())
    const wrong = (name: string, ja: string, en: string): Answer => ({
      status: 422,
      page: searchPage(on, { typed, errors: [{ name, message: on.lang === 'ja' ? ja : en }], hits: null, more: false }),
    })
    if (isUnreadBirth(typed, asked)) return wrong('birth', '生年月日か年齢を読み取れません。', 'The birth date or age cannot be read.')
    if (!isEnough(asked))
      return wrong(
        'name',
        '手がかりが足りません。氏名に加えて、生年月日・年齢・住所・保険の番号のどれかを入れてください。',
        'Too little is known. Beside the name give one of birth date, age, address or insurance number.',
      )
    session.searches = lately(session.searches)
    if (session.searches.length >= limits.searches)
      return wrong('name', '1時間に検索できる数を超えました。', 'You have reached what may be searched in an hour.')
    session.searches.push(now().getTime())
    const { found, more } = people.seek(asked)
    const hits = found.map(
      ({ evacuee: { person }, fit }): Hit => ({
        ...{ key: person.keys[0]!, name: person.name, nameKana: person.nameKana, birthDate: person.birthDate },
        ...{ sex: person.sex, address: person.address, why: whyFound(fit) },
      }),
    )
    log.note({ act: 'search', who: session.who, at: now(), keys: hits.map((hit) => hit.key), kinds: ['patient'], count: hits.length })
    for (const hit of hits) session.found.add(hit.key)
    return { page: searchPage(on, { typed, errors: [], hits, more }) }
  }

  async function chart(on: On, session: Session, key: string, form: URLSearchParams | null): Promise<Answer> {
    const evacuee = people.byKey(key)
    if (!evacuee || !session.found.has(key))
      return { status: 403, page: messagePage(on, { ja: '先に検索してください', en: 'Please search first' }) }
    const needs = needsOf(evacuee, session.who)
    if (form === null && !session.opened.has(key)) return { page: confirmPage(on, evacuee, { needs, typed: {}, errors: [] }) }
    const judged = form === null ? null : judgeOpening(form, { needs, who: session.who, lang: on.lang })
    if (judged && 'errors' in judged)
      return { status: 400, page: confirmPage(on, evacuee, { needs, typed: Object.fromEntries(form!), errors: judged.errors }) }
    const [agreed, second] = [judged?.agreed ?? null, judged?.second ?? null]
    session.looks = lately(session.looks)
    const isFirst = agreed !== null
    if (isFirst && session.looks.length >= limits.looks)
      return {
        status: 429,
        page: messagePage(on, { ja: '1時間に開ける数を超えました', en: 'You have reached what may be opened in an hour' }),
      }
    const line = await extract.person(evacuee.address)
    const kinds = [...new Set(line.rows.map((row) => row.kind))].sort()
    const noted = { who: session.who, at: now(), keys: [key], agreed, kinds, count: line.rows.length, needs, second }
    log.note({ act: isFirst ? 'look' : 'again', ...noted })
    if (isFirst) {
      session.looks.push(now().getTime())
      session.opened.add(key)
      return { to: `/people/${encodeURIComponent(key)}` }
    }
    const nameIn = (lang: On['lang']) => (number: string) => {
      const known = about.institutions.find((i) => i.number === number)
      return known && ((lang === 'en' && known.nameEn) || known.name)
    }
    const person = { ...line.person, id: '', phone: '', postalCode: '' }
    const view = disasterChart({
      person,
      key,
      rows: line.rows,
      cut: line.cut,
      institutionNumber: session.who.institutionNumber,
      now: now(),
      nameOf: nameIn('ja'),
    })
    return {
      page: chartPage(on, view, { institutions: (number, fallback) => nameIn(on.lang)(number) ?? fallback, empty: line.rows.length === 0 }),
    }
  }

  async function answer(request: IncomingMessage): Promise<Answer> {
    const path = new URL(request.url ?? '/', 'http://x').pathname
    const token = cookieIn(request, 'enishi_laptop') ?? ''
    const known = sessions.get(token)
    if (known && now().getTime() - known.at > IDLE_MS) sessions.delete(token)
    const session = sessions.get(token)
    const on = onOf(request, session)
    // The clock may have been set, and the end may come, while it runs.
    try {
      mustBeInTime(manifest, now(), log.lastAt ?? undefined)
    } catch (error) {
      if (error instanceof ExtractRefused) return { status: 403, page: messagePage(on, extractSentences[error.problem]) }
      throw error
    }
    const isPost = request.method === 'POST'
    if (isPost && path === '/who') return begin(on, await formOf(request))
    if (session === undefined) return { page: whoPage(on, { institutions: about.institutions, typed: {}, errors: [] }) }
    session.at = now().getTime()
    if (path === '/leave') {
      log.note({ act: 'sign-out', who: session.who, at: now() })
      sessions.delete(token)
      return { to: '/' }
    }
    if (isPost && path === '/search') return search(on, session, await formOf(request))
    const key = /^\/people\/([^/]+)$/.exec(path)?.[1]
    if (key !== undefined) {
      return chart(on, session, decodeURIComponent(key), isPost ? await formOf(request) : null)
    }
    return { page: searchPage(on, { typed: rememberedIn(new URLSearchParams()), errors: [], hits: null, more: false }) }
  }

  const send = (response: ServerResponse, { status, page, to, cookie }: Answer) => {
    const headers = {
      ...HEADERS,
      ...(cookie ? { 'set-cookie': cookie } : {}),
      ...(to ? { location: to } : {}),
      'content-type': 'text/html; charset=utf-8',
    }
    response.writeHead(to ? 303 : (status ?? 200), headers).end(page ?? '')
  }
  const server = createServer((request, response) => {
    const port = (server.address() as { port: number }).port
    if (!isOurs(request, port)) return void response.writeHead(403, HEADERS).end()
    const asset = assets.find((row) => request.url?.startsWith(`${row.path}/`))
    const work = asset
      ? asset.handle(new Request(`http://localhost${request.url}`)).then(async (found) => {
          response
            .writeHead(found.status, { ...Object.fromEntries(found.headers), 'x-content-type-options': 'nosniff' })
            .end(Buffer.from(await found.arrayBuffer()))
        })
      : answer(request).then((found) => send(response, found))
    work.catch(() => {
      // Nothing is shown that could not be noted.
      if (!response.headersSent)
        response.writeHead(500, HEADERS).end('Not shown: it could not be logged. / 記録できないため、表示しません。')
    })
  })
  return server
}
