import { describe, expect, test } from 'vitest'
import {
  buildOcspRequest,
  certificateIdOf,
  type CertificateStatus,
  combine,
  crlFile,
  extension,
  type Fetch,
  issueCrl,
  nothing,
  ocspRespond,
  OID,
  oid,
  parseCertificatePem,
  type ResponderOptions,
  type RevocationSource,
  sequence,
  sha256WithRsa,
  signCertificate,
  unsigned,
} from '#packages/x509'
import { httpCrl, httpOcsp } from './network.ts'
import { alwaysGood, answerTo, ca, challenge, craft, DAY, laterBy, MINUTE, NOW, otherKeys, outcome, twin, verifierOf } from './test-lab.ts'

const SERIAL = '4d00000000000001'
const pem = craft({ serial: SERIAL })
const revokedEntry = { serial: SERIAL, revokedAt: laterBy(-DAY) }
const listOf = (revoked: boolean, { from = NOW, days = 1, number = 1n, by = ca, more = [] as Buffer[] } = {}) =>
  issueCrl(by, { revoked: revoked ? [revokedEntry] : [], thisUpdate: from, nextUpdate: laterBy(days * DAY, from), number, more })

const check = (revocation: RevocationSource, now = NOW) => outcome(verifierOf({ revocation }).verifyCertificate(pem, now))
const unreachable: Fetch = async () => Promise.reject(new TypeError('fetch failed'))
const serving =
  (bytes: Uint8Array, status = 200): Fetch =>
  async () =>
    new Response(Uint8Array.from(bytes), { status })

describe('by list', () => {
  test.each<[string, () => Promise<Uint8Array>, string]>([
    ['a fresh list without the card', async () => listOf(false), 'accepted'],
    ['a fresh list with the card', async () => listOf(true), 'certificate-revoked'],
    ['a stale list', async () => listOf(false, { from: laterBy(-2 * DAY) }), 'revocation-unknown'],
    ['a list whose last instant is now', async () => listOf(false, { from: laterBy(-DAY) }), 'revocation-unknown'],
    ['a list from the future', async () => listOf(false, { from: laterBy(10 * MINUTE) }), 'revocation-unknown'],
    ['a list by another authority of the same name', async () => listOf(false, { by: twin }), 'revocation-unknown'],
    [
      'the other’s list claiming our key id',
      async () => listOf(false, { by: { ...twin, users: { ...twin.users, keyId: ca.users.keyId } } }),
      'revocation-unknown',
    ],
    [
      'our key’s list in another name',
      async () => listOf(false, { by: { ...ca, users: { ...ca.users, subject: ca.root.subject } } }),
      'revocation-unknown',
    ],
    ['a list with a note', async () => listOf(false, { more: [extension('1.2.3.4', nothing())] }), 'accepted'],
    ['a delta list', async () => listOf(false, { more: [extension('2.5.29.27', unsigned('01'), true)] }), 'revocation-unknown'],
    ['a list of a part only', async () => listOf(false, { more: [extension('2.5.29.28', sequence(), true)] }), 'revocation-unknown'],
    ['a cut list', async () => listOf(false).subarray(0, -1), 'revocation-unknown'],
    ['a list with one bit changed', async () => flip(listOf(true), 150), 'revocation-unknown'],
    ['no list at all', async () => Promise.reject(new Error('ENOENT')), 'revocation-unknown'],
  ])('%s', async (_name, read, expected) => {
    expect(await check(crlFile(read))).toBe(expected)
  })

  test('control: a source that never refuses lets the revoked card in', async () => {
    expect(await check(alwaysGood)).toBe('accepted')
  })

  test('a card accepted before is refused once the new list is read', async () => {
    let list = listOf(false)
    const verifier = verifierOf({ revocation: crlFile(async () => list, { refreshMs: MINUTE }) })
    expect(await outcome(verifier.verifyCertificate(pem, NOW))).toBe('accepted')
    list = listOf(true, { number: 2n })
    await outcome(verifier.verifyCertificate(pem, laterBy(MINUTE)))
    await new Promise(setImmediate)
    expect(await outcome(verifier.verifyCertificate(pem, laterBy(MINUTE)))).toBe('certificate-revoked')
  })

  test('a list serves until its nextUpdate while its source is down, and not an instant longer', async () => {
    let reads = 0
    const source = crlFile(async () => (reads++ === 0 ? listOf(false) : Promise.reject(new Error('down'))))
    expect(await check(source)).toBe('accepted')
    expect(await check(source, laterBy(DAY - 1))).toBe('accepted')
    expect(await check(source, laterBy(DAY))).toBe('revocation-unknown')
  })

  test('an older list cannot take back a revocation', async () => {
    let list = listOf(true, { number: 7n })
    const source = crlFile(async () => list, { maxAgeMs: MINUTE })
    expect(await check(source)).toBe('certificate-revoked')
    list = listOf(false, { number: 6n })
    expect(await check(source, laterBy(MINUTE))).toBe('revocation-unknown')
    list = listOf(false, { number: 8n })
    expect(await check(source, laterBy(2 * MINUTE))).toBe('accepted')
  })

  test('a failing source is not asked again for a while', async () => {
    let reads = 0
    const source = crlFile(async () => Promise.reject(new Error(`down ${reads++}`)), { retryMs: 5_000 })
    for (const ms of [0, 1, 4_999]) await check(source, laterBy(ms))
    expect(reads).toBe(1)
    await check(source, laterBy(5_000))
    expect(reads).toBe(2)
  })

  test.each<[string, Fetch]>([
    ['unreachable', unreachable],
    ['answers 500', serving(listOf(false), 500)],
    ['one byte over the limit', serving(listOf(true, { days: 400 }))],
  ])('over HTTP: %s', async (_name, fetch) => {
    expect(await check(httpCrl({ url: 'http://crl.test/list', fetch, maxBytes: listOf(false).length }))).toBe('revocation-unknown')
  })

  test('over HTTP: control, and only the configured address is asked, redirects not followed', async () => {
    const asked: unknown[] = []
    const fetch: Fetch = async (url, sent) => {
      asked.push([url, sent?.redirect])
      return serving(listOf(false))(url)
    }
    expect(await check(httpCrl({ url: 'http://crl.test/list', fetch, maxBytes: listOf(false).length }))).toBe('accepted')
    expect(asked).toEqual([['http://crl.test/list', 'error']])
  })
})

function flip(bytes: Buffer, index: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[index] = copy[index]! ^ 1
  return copy
}

const good = (): CertificateStatus => ({ status: 'good' })
const revoked = (): CertificateStatus => ({ status: 'revoked', revokedAt: laterBy(-DAY) })

type Responder = { by?: typeof ca; change?: (request: Buffer) => Buffer; options?: Partial<ResponderOptions> }

/** A responder behind fetch; `change` rewrites the question before it is answered. */
function responder(lookup: ResponderOptions['lookup'], { by = ca, change = (bytes) => bytes, options = {} }: Responder = {}): Fetch {
  return async (_url, sent) => {
    const request = change(Buffer.from(sent?.body as Uint8Array))
    return new Response(Uint8Array.from(ocspRespond(by, request, { now: NOW, lookup, ...options })))
  }
}

const usersCertificate = parseCertificatePem(ca.users.certificatePem)!
const question = (serial: string, nonce: Buffer | null) => buildOcspRequest({ id: certificateIdOf(usersCertificate, serial), nonce })
const online = (fetch: Fetch) => httpOcsp({ url: 'http://ocsp.test/', fetch })

function delegateOf({ usage = OID.ocspSigning as string, noCheck = true, issuer = ca.users, notAfter = laterBy(DAY) } = {}) {
  const extensions = [extension(OID.extendedKeyUsage, sequence(oid(usage))), ...(noCheck ? [extension(OID.ocspNoCheck, nothing())] : [])]
  const content = { serial: '77', subject: sequence(), notBefore: laterBy(-DAY), notAfter, publicKey: otherKeys.publicKey, extensions }
  return { certificatePem: signCertificate(issuer, content), privateKey: otherKeys.privateKey }
}

describe('online', () => {
  test.each<[string, Fetch, string]>([
    ['good', responder(good), 'accepted'],
    ['revoked', responder(revoked), 'certificate-revoked'],
    ['unknown to the responder', responder(() => ({ status: 'unknown' })), 'revocation-unknown'],
    ['unreachable', unreachable, 'revocation-unknown'],
    ['about another serial', responder(good, { change: (r) => renamed(r) }), 'revocation-unknown'],
    ['without our nonce', responder(good, { change: () => question(SERIAL, null) }), 'revocation-unknown'],
    ['with another nonce', responder(good, { change: () => question(SERIAL, Buffer.alloc(32)) }), 'revocation-unknown'],
    ['signed by another authority of the same name', responder(good, { by: twin }), 'revocation-unknown'],
    ['old', responder(good, { options: { now: laterBy(-DAY) } }), 'revocation-unknown'],
    ['from the future', responder(good, { options: { now: laterBy(10 * MINUTE) } }), 'revocation-unknown'],
    ['malformed request', responder(good, { change: () => Buffer.from('no') }), 'revocation-unknown'],
    ['not OCSP', serving(Buffer.from('<html>')), 'revocation-unknown'],
    ['signed by a delegate', responder(good, { options: { delegate: delegateOf() } }), 'accepted'],
    [
      'signed by a delegate without the right',
      responder(good, { options: { delegate: delegateOf({ usage: OID.clientAuth }) } }),
      'revocation-unknown',
    ],
    [
      'signed by an expired delegate',
      responder(good, { options: { delegate: delegateOf({ notAfter: laterBy(-1000) }) } }),
      'revocation-unknown',
    ],
    [
      'signed by a delegate we would have to check',
      responder(good, { options: { delegate: delegateOf({ noCheck: false }) } }),
      'revocation-unknown',
    ],
    ['signed by another’s delegate', responder(good, { options: { delegate: delegateOf({ issuer: twin.users }) } }), 'revocation-unknown'],
  ])('an answer that is %s', async (_name, fetch, expected) => {
    expect(await check(online(fetch))).toBe(expected)
  })

  test('a recorded answer does not serve a second question', async () => {
    let recorded: Uint8Array<ArrayBuffer> | null = null
    const replaying: Fetch = async (url, sent) => {
      recorded ??= new Uint8Array(await (await responder(good)(url, sent)).arrayBuffer())
      return new Response(recorded)
    }
    expect(await check(online(replaying))).toBe('accepted')
    expect(await check(online(replaying))).toBe('revocation-unknown')
  })

  test('any changed byte makes an answer worthless', async () => {
    const whole = ocspRespond(ca, question(SERIAL, null), { now: NOW, lookup: good })
    const lax = (bytes: Uint8Array) => httpOcsp({ url: 'http://ocsp.test/', fetch: serving(bytes), requireNonce: false })
    expect(await check(lax(whole))).toBe('accepted')
    for (let index = 0; index < whole.length; index += 3) expect(await check(lax(flip(whole, index)))).toBe('revocation-unknown')
  })

  test('an answer is kept until its nextUpdate, then asked again', async () => {
    let asked = 0
    let status: CertificateStatus = good()
    const fetch: Fetch = async (url, sent) => {
      asked++
      return responder(() => status, { options: { now: laterBy(asked === 1 ? 0 : 10 * MINUTE) } })(url, sent)
    }
    const source = online(fetch)
    expect(await check(source)).toBe('accepted')
    status = revoked()
    expect(await check(source, laterBy(10 * MINUTE - 1))).toBe('accepted')
    expect(asked).toBe(1)
    expect(await check(source, laterBy(10 * MINUTE))).toBe('certificate-revoked')
  })

  test('an answer without nextUpdate holds for its own question only', async () => {
    let asked = 0
    const options = { validMs: null }
    const fetch: Fetch = async (url, sent) => {
      asked++
      return responder(good, { options })(url, sent)
    }
    const source = online(fetch)
    expect([await check(source), await check(source), asked]).toEqual(['accepted', 'accepted', 2])
    const withoutNonce = responder(good, { options, change: () => question(SERIAL, null) })
    expect(await check(httpOcsp({ url: 'http://ocsp.test/', fetch: withoutNonce, requireNonce: false }))).toBe('revocation-unknown')
  })

  test('the same question under way twice is asked once, and a dead responder rests', async () => {
    let asked = 0
    const source = online(async () => Promise.reject(new Error(`down ${asked++}`)))
    await Promise.all([check(source), check(source)])
    expect(asked).toBe(1)
    await check(source, laterBy(1_999))
    expect(asked).toBe(1)
    await check(source, laterBy(2_000))
    expect(asked).toBe(2)
  })
})

/** Our question with the serial of another card. */
function renamed(request: Buffer): Buffer {
  const from = request.indexOf(Buffer.from(SERIAL, 'hex'))
  const copy = Buffer.from(request)
  copy[from + 7] = 2
  return copy
}

describe('both', () => {
  const list = (isRevoked: boolean) => crlFile(async () => listOf(isRevoked))
  const staleList = crlFile(async () => listOf(false, { from: laterBy(-2 * DAY) }))
  test.each<[string, RevocationSource, string]>([
    ['the responder answers good', combine(online(responder(good)), list(false)), 'accepted'],
    ['the responder answers revoked, the list does not know yet', combine(online(responder(revoked)), list(false)), 'certificate-revoked'],
    ['the responder is down, the list is fresh', combine(online(unreachable), list(false)), 'accepted'],
    ['the responder is down, the list names the card', combine(online(unreachable), list(true)), 'certificate-revoked'],
    ['the responder is down, the list is stale', combine(online(unreachable), staleList), 'revocation-unknown'],
    ['the list is stale, the responder answers', combine(staleList, online(responder(good))), 'accepted'],
    [
      'the responder does not know the card, the list is fresh',
      combine(online(responder(() => ({ status: 'unknown' }))), list(false)),
      'revocation-unknown',
    ],
    ['no source at all', combine(), 'revocation-unknown'],
  ])('%s', async (_name, source, expected) => {
    expect(await check(source)).toBe(expected)
  })

  test('a revocation already held by the list beats a good answer of the responder', async () => {
    const held = list(true)
    await check(held)
    expect(await check(combine(online(responder(good)), held))).toBe('certificate-revoked')
  })

  test('revoked also when the card answered the challenge', async () => {
    const answer = { certificatePem: pem, signature: answerTo(challenge), challenge, now: NOW }
    expect(await outcome(verifierOf({ revocation: list(true) }).checkCard(answer))).toBe('certificate-revoked')
  })
})

describe('the demo responder', () => {
  test.each<[string, Buffer]>([
    ['empty', Buffer.alloc(0)],
    ['an empty sequence', sequence()],
    ['something else signed', sha256WithRsa()],
    ['too long', Buffer.alloc(20_000)],
    ['too many questions', sequence(sequence(sequence(...Array.from({ length: 21 }, () => sequence(sequence())))))],
  ])('answers a request that is %s as malformed', (_name, request) => {
    expect(ocspRespond(ca, request, { now: NOW, lookup: good }).toString('hex')).toBe('30030a0101')
  })
})
