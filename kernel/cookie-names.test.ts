import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cookieEnded, cookieSent, cookiesRead } from './cookie-names.ts'

describe('what leaves under TLS', () => {
  test.each([
    ['enishi_session=a.b; Path=/; HttpOnly; SameSite=Lax; Secure', /^__Host-enishi_session=a\.b; Path=\/;/],
    ['enishi_browser=x; Path=/sign-in; HttpOnly; SameSite=Strict; Secure', /^__Host-enishi_browser=x; Path=\/; HttpOnly/],
    ['enishi_place=; Max-Age=0; Path=/sign-in; HttpOnly; SameSite=Strict', /^__Host-enishi_place=; Max-Age=0; Path=\/;.*; Secure$/],
    ['enishi_oauth.sig=x; path=/; httponly; samesite=lax; secure', /^__Host-enishi_oauth\.sig=x/],
    ['enishi_session=x; Path=/; Domain=example.jp; Secure', /^__Host-enishi_session=x; Path=\/; Secure$/],
    ['enishi_oauth_asked=x; path=/oauth/interaction/1; httponly', /^__Secure-enishi_oauth_asked=x; path=\/oauth\/interaction\/1/],
  ])('%s', (line, sent) => expect(cookieSent(line)).toMatch(sent))
  test('a cookie that is not ours stays', () => expect(cookieSent('other=1; Path=/')).toBe('other=1; Path=/'))
  test('what is ended is named without the prefix', () =>
    expect(cookieEnded('enishi_session')).toMatch(/^enishi_session=; Max-Age=0; Path=\//))
})

describe('what comes under TLS', () => {
  test.each([
    ['__Host-enishi_session=a.b; __Host-enishi_browser=x', 'enishi_session=a.b; enishi_browser=x', []],
    ['__Secure-enishi_session=forged', '', []],
    ['__Secure-enishi_session=forged; __Host-enishi_session=own', 'enishi_session=own', []],
    ['__Secure-enishi_oauth_asked=x; __Secure-enishi_oauth_asked.sig=y', 'enishi_oauth_asked=x; enishi_oauth_asked.sig=y', []],
    ['enishi_session=forged', '', ['enishi_session']],
    ['enishi_session=forged; __Host-enishi_session=own', 'enishi_session=own', ['enishi_session']],
    ['enishi_lang=en; enishi_desk=d', 'enishi_lang=en; enishi_desk=d', []],
    ['enishi_lang=ja; __Host-enishi_lang=en', 'enishi_lang=en; enishi_lang=ja', []],
    ['__Host-other=1; other=2', '__Host-other=1; other=2', []],
  ])('%s', (header, read, stale) => expect(cookiesRead(header)).toEqual({ header: read, stale }))

  test('whatever is set is read again as it was', () => {
    const value = fc.stringMatching(/^[A-Za-z0-9._-]{0,40}$/)
    fc.assert(
      fc.property(fc.constantFrom('/', '/sign-in', '/oauth'), value, (path, secret) => {
        const sent = cookieSent(`enishi_x=${secret}; Path=${path}; HttpOnly`).split(';')[0]!
        expect(cookiesRead(sent)).toEqual({ header: `enishi_x=${secret}`, stale: [] })
      }),
    )
  })
})
